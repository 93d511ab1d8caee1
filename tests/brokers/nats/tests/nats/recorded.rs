// Messages of producers in other languages.

mod recorded {
    use linked_span::linked_span;
    use linked_span_tests_brokers_common::{assert_recorded, install, recorded, span, tenant};

    use super::*;

    #[linked_span(message(async_nats, client = client), name = name.clone())]
    fn on_message(message: &client::Message, name: String) -> Option<String> {
        tenant()
    }

    #[test]
    fn recorded_message_of_each_language_is_linked_to_its_producer() {
        install();
        let messages = recorded(include_str!("../../../recorded/nats"));
        assert_eq!(messages.len(), 2);
        for (message, number) in messages.iter().zip(0..) {
            let name = format!("recorded {number} {VERSION}");
            let mut headers = HeaderMap::new();
            for (name, value) in &message.headers {
                headers.append(*name, value.expect("a value"));
            }
            let received = client::Message {
                subject: subject("recorded").into(),
                reply: None,
                payload: Default::default(),
                headers: Some(headers),
                status: None,
                description: None,
                length: 0,
            };
            let tenant = on_message(&received, name.clone());
            assert_recorded(&span(&name), message, tenant.as_deref());
        }
    }
}
