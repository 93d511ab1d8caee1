// Events of producers in other languages.

mod recorded {
    use linked_span::linked_span;
    use linked_span_tests_brokers_common::{assert_recorded, install, recorded, span, tenant};

    use super::*;

    #[linked_span(event(cloudevents, client = client), name = name.to_owned())]
    fn on_event(event: &Event, name: &str) -> Option<String> {
        tenant()
    }

    #[test]
    fn recorded_event_of_each_language_is_linked_to_its_producer() {
        install();
        let messages = recorded(include_str!("../../../recorded/cloudevents"));
        assert_eq!(messages.len(), 2);
        for (message, number) in messages.iter().zip(0..) {
            let name = format!("recorded {number} {VERSION}");
            let [("event", Some(json))] = message.headers.as_slice() else {
                panic!("an event: {message:?}");
            };
            let tenant = on_event(&serde_json::from_str(json).expect("an event"), &name);
            assert_recorded(&span(&name), message, tenant.as_deref());
        }
    }
}
