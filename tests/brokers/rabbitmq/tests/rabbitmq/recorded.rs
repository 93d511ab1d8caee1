// Deliveries of producers in other languages.

mod recorded {
    use linked_span::linked_span;
    use linked_span_tests_brokers_common::{assert_recorded, install, recorded, span, tenant};

    use super::*;

    #[linked_span(delivery(lapin, client = client), name = name.clone())]
    async fn on_delivery(delivery: &Delivery, name: String) -> Option<String> {
        tenant()
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn recorded_message_of_each_language_is_linked_to_its_producer() {
        install();
        let queue = queue("recorded");
        let channel = channel().await;
        declare(&channel, &queue, "classic").await;
        let messages = recorded(include_str!("../../../recorded/rabbitmq"));
        assert_eq!(messages.len(), 3);
        let mut consumer = consume(&channel, &queue).await;
        for (message, number) in messages.iter().zip(0..) {
            let mut headers = FieldTable::default();
            for (name, value) in &message.headers {
                let value = AMQPValue::LongString((*value.as_ref().expect("a value")).into());
                headers.insert((*name).into(), value);
            }
            publish(&channel, &queue, BasicProperties::default().with_headers(headers)).await;
            let delivery = next(&mut consumer).await;
            let name = format!("recorded {number} {VERSION}");
            let tenant = on_delivery(&delivery, name.clone()).await;
            assert_recorded(&span(&name), message, tenant.as_deref());
        }
    }
}
