// Handlers of one message and of a batch.

mod consume {
    use linked_span::linked_span;
    use linked_span_tests_brokers_common::{assert_attributes, link_to, produced, span};
    use opentelemetry::trace::SpanKind;

    use super::*;

    #[linked_span(message(rdkafka, client = client, group = "billing"))]
    async fn on_order(message: &BorrowedMessage<'_>) -> usize {
        message.payload().map_or(0, <[u8]>::len)
    }

    #[tokio::test]
    async fn message_of_a_topic_is_linked_and_described() {
        let topic = topic("orders");
        let mut headers = None;
        let producer = produced("send orders", |context| headers = Some(headers_of(context)));
        send(&topic, "order-7", Some("paid"), headers).await;
        let consumer = consumer(&topic);
        let message = consumer.recv().await.expect("a message");

        assert_eq!(on_order(&message).await, 4);

        let span = span(&format!("process {topic}"));
        assert_eq!(span.span_kind, SpanKind::Consumer);
        assert_attributes(
            &span.attributes,
            &format!(
                r#"
                messaging.system = "kafka"
                messaging.operation.name = "process"
                messaging.operation.type = "process"
                messaging.destination.name = "{topic}"
                messaging.destination.partition.id = "0"
                messaging.consumer.group.name = "billing"
                messaging.message.body.size = 4
                messaging.kafka.offset = 0
                messaging.kafka.message.key = "order-7"
                "#
            ),
        );
        let link = link_to(&span, &producer);
        assert_ne!(span.span_context.trace_id(), producer.trace_id());
        assert_attributes(&link.attributes, r#"link.relationship = "triggered_by""#);
    }

    #[linked_span(messages(rdkafka, client = client))]
    fn on_orders(messages: &[OwnedMessage]) -> usize {
        messages.len()
    }

    #[tokio::test]
    async fn batch_is_linked_to_each_message() {
        let topic = topic("batch");
        let mut producers = Vec::new();
        for key in ["one", "two", "three"] {
            let mut headers = None;
            producers.push(produced("send batch", |context| headers = Some(headers_of(context))));
            send(&topic, key, Some("same"), headers).await;
        }
        let consumer = consumer(&topic);
        let mut messages = Vec::new();
        for _ in 0..3 {
            messages.push(consumer.recv().await.expect("a message").detach());
        }

        assert_eq!(on_orders(&messages), 3);

        let span = span(&format!("process {topic}"));
        assert_attributes(
            &span.attributes,
            &format!(
                r#"
                messaging.system = "kafka"
                messaging.operation.name = "process"
                messaging.operation.type = "process"
                messaging.batch.message_count = 3
                messaging.destination.name = "{topic}"
                messaging.destination.partition.id = "0"
                messaging.message.body.size = 4
                "#
            ),
        );
        assert_eq!(span.links.links.len(), 3);
        for (place, (link, producer)) in span.links.links.iter().zip(&producers).enumerate() {
            assert_eq!(link.span_context.span_id(), producer.span_id());
            let key = ["one", "two", "three"][place];
            assert_attributes(
                &link.attributes,
                &format!("messaging.kafka.offset = {place}\nmessaging.kafka.message.key = \"{key}\""),
            );
        }
    }
}
