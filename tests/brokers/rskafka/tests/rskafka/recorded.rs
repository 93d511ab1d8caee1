// Records of producers in other languages.

mod recorded {
    use linked_span::linked_span;
    use linked_span_tests_brokers_common::{assert_recorded, install, recorded, span, tenant};

    use super::super::cluster;
    use super::*;

    #[linked_span(record(rskafka, client = client), name = name.clone())]
    fn on_record(record: &RecordAndOffset, name: String) -> Option<String> {
        tenant()
    }

    #[tokio::test]
    async fn recorded_message_of_each_language_is_linked_to_its_producer() {
        install();
        let messages = recorded(include_str!("../../../recorded/kafka"));
        assert_eq!(messages.len(), 4);
        for (message, number) in messages.iter().zip(0..) {
            let topic = topic(&format!("recorded-{number}"));
            // The client refuses records with null headers.
            let mut headers = message.headers.clone();
            headers.retain(|(_, value)| value.is_some());
            cluster::send(&topic, b"order-7", Some("paid"), &headers).await;
            let name = format!("recorded {number} {VERSION}");
            let tenant = on_record(&fetch(&topic, 1).await[0], name.clone());
            assert_recorded(&span(&name), message, tenant.as_deref());
        }
    }
}
