// Messages of producers in other languages.

mod recorded {
    use linked_span::linked_span;
    use linked_span_tests_brokers_common::{assert_recorded, install, recorded, span, tenant};

    use super::*;

    #[linked_span(publish(rumqttc, client = client), name = name.to_owned())]
    fn on_message(publish: &Publish, name: &str) -> Option<String> {
        tenant()
    }

    #[test]
    fn recorded_message_of_each_language_is_linked_to_its_producer() {
        install();
        let messages = recorded(include_str!("../../../recorded/mqtt"));
        assert_eq!(messages.len(), 2);
        for (recorded, number) in messages.iter().zip(0..) {
            let name = format!("recorded {number} {VERSION}");
            let properties = recorded.headers.iter();
            let properties = properties.map(|(name, value)| (*name, value.expect("a value")));
            let tenant = on_message(&message("recorded", &properties.collect::<Vec<_>>()), &name);
            assert_recorded(&span(&name), recorded, tenant.as_deref());
        }
    }
}
