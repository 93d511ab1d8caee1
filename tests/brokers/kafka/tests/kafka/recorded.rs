// Messages of producers in other languages.

mod recorded {
    use linked_span::linked_span;
    use linked_span_tests_brokers_common::{assert_recorded, install, recorded, span, tenant};

    use super::*;

    #[linked_span(message(rdkafka, client = client), name = name.clone())]
    fn on_message(message: &OwnedMessage, name: String) -> Option<String> {
        tenant()
    }

    #[test]
    fn recorded_message_of_each_language_is_linked_to_its_producer() {
        install();
        let messages = recorded(include_str!("../../../recorded/kafka"));
        assert_eq!(messages.len(), 4);
        for (message, number) in messages.iter().zip(0..) {
            let name = format!("recorded {number} {VERSION}");
            let received = record(&topic("recorded"), number, &message.headers);
            let tenant = on_message(&received, name.clone());
            assert_recorded(&span(&name), message, tenant.as_deref());
        }
    }
}
