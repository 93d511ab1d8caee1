// Records of producers in other languages.

mod recorded {
    use linked_span::linked_span;
    use linked_span_tests_brokers_common::{assert_recorded, install, recorded, span, tenant};

    use super::*;

    #[linked_span(record(krafka, client = client), name = name.clone())]
    fn on_record(record: &ConsumerRecord, name: String) -> Option<String> {
        tenant()
    }

    #[test]
    fn recorded_message_of_each_language_is_linked_to_its_producer() {
        install();
        let messages = recorded(include_str!("../../../recorded/kafka"));
        assert_eq!(messages.len(), 4);
        for (message, number) in messages.iter().zip(0..) {
            let topic = topic(&format!("recorded-{number}"));
            let name = format!("recorded {number} {VERSION}");
            let received = received(record(&topic, "order-7", of(&message.headers)), 0);
            let tenant = on_record(&received, name.clone());
            assert_recorded(&span(&name), message, tenant.as_deref());
        }
    }
}
