// Messages of producers in other languages.

mod recorded {
    use linked_span::linked_span;
    use linked_span_tests_brokers_common::{assert_recorded, install, recorded, span, tenant};

    use super::*;

    #[linked_span(delivery(fe2o3_amqp, client = client), name = name.clone())]
    async fn on_delivery(delivery: &Delivery<String>, name: String) -> Option<String> {
        tenant()
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn recorded_message_is_linked_to_its_producer() {
        install();
        let queue = queue("recorded");
        let mut connected = connect().await;
        let messages = recorded(include_str!("../../../recorded/amqp10"));
        assert_eq!(messages.len(), 1);
        let mut receiver = receiver(&mut connected, &queue).await;
        for (recorded, number) in messages.iter().zip(0..) {
            let headers = recorded.headers.iter();
            let headers: Vec<_> = headers
                .map(|(name, value)| (*name, value.expect("a value")))
                .collect();
            send(&mut connected, &queue, message(properties(&headers))).await;
            let delivery = next(&mut receiver).await;
            let name = format!("recorded {number} {VERSION}");
            let tenant = on_delivery(&delivery, name.clone()).await;
            assert_recorded(&span(&name), recorded, tenant.as_deref());
        }
    }
}
