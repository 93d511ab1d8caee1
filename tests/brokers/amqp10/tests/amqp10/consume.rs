// Handlers of one delivery and of a batch.

mod consume {
    use linked_span::linked_span;
    use linked_span::messaging::fe2o3_amqp::headers;
    use linked_span_tests_brokers_common::{assert_attributes, attributes, link_to, produced, span, spans, spawnable};
    use opentelemetry::trace::SpanKind;

    use super::*;

    #[linked_span(delivery(fe2o3_amqp, client = client, system = "rabbitmq", destination = queue))]
    async fn on_delivery(delivery: &Delivery<String>, queue: &str) -> usize {
        delivery.body().len()
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn delivery_of_a_queue_is_linked_and_described() {
        let queue = queue("orders");
        let mut connected = connect().await;
        let mut sent = None;
        let producer = produced("send orders", |_| {
            sent = Some(message(headers!(client = client)));
        });
        let mut sent = sent.expect("a message");
        sent.properties = Some(Properties {
            message_id: Some(MessageId::String("order-7".to_owned())),
            correlation_id: Some(MessageId::Ulong(1)),
            ..Properties::default()
        });
        send(&mut connected, &queue, sent).await;
        let mut receiver = receiver(&mut connected, &queue).await;
        let delivery = next(&mut receiver).await;

        assert_eq!(spawnable(on_delivery(&delivery, &queue)).await, 4);

        // The delivery's lock is still held.
        receiver.accept(&delivery).await.expect("accepted");
        let span = span(&format!("process {queue}"));
        assert_eq!(span.span_kind, SpanKind::Consumer);
        assert_attributes(
            &span.attributes,
            &format!(
                r#"
                messaging.system = "rabbitmq"
                messaging.operation.name = "process"
                messaging.operation.type = "process"
                messaging.destination.name = "{queue}"
                messaging.message.id = "order-7"
                messaging.message.conversation_id = "1"
                messaging.rabbitmq.message.delivery_count = 1
                "#
            ),
        );
        let link = link_to(&span, &producer);
        assert_attributes(&link.attributes, r#"link.relationship = "triggered_by""#);
    }

    #[linked_span(deliveries(
        fe2o3_amqp,
        client = client,
        system = "rabbitmq",
        destination = concat!("batch of ", module_path!()),
    ))]
    async fn on_deliveries(deliveries: &[Delivery<String>]) -> usize {
        deliveries.len()
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn batch_is_linked_to_each_delivery() {
        let queue = queue("batch");
        let mut connected = connect().await;
        let mut producers = Vec::new();
        for id in ["one", "two"] {
            let mut sent = None;
            producers.push(produced("send batch", |_| {
                sent = Some(message(headers!(client = client)));
            }));
            let mut sent = sent.expect("a message");
            sent.properties = Some(Properties {
                message_id: Some(MessageId::String(id.to_owned())),
                ..Properties::default()
            });
            send(&mut connected, &queue, sent).await;
        }
        let mut receiver = receiver(&mut connected, &queue).await;
        let deliveries = [next(&mut receiver).await, next(&mut receiver).await];

        assert_eq!(spawnable(on_deliveries(&deliveries)).await, 2);

        let destination = concat!("batch of ", module_path!());
        let span = span(&format!("process {destination}"));
        assert_attributes(
            &span.attributes,
            &format!(
                r#"
                messaging.system = "rabbitmq"
                messaging.operation.name = "process"
                messaging.operation.type = "process"
                messaging.batch.message_count = 2
                messaging.destination.name = "{destination}"
                messaging.rabbitmq.message.delivery_count = 1
                "#
            ),
        );
        assert_eq!(span.links.links.len(), 2);
        for ((link, producer), id) in span.links.links.iter().zip(&producers).zip(["one", "two"]) {
            assert_eq!(link.span_context.span_id(), producer.span_id());
            assert_attributes(&link.attributes, &format!("messaging.message.id = \"{id}\""));
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn delivery_that_is_released_is_linked_again() {
        let queue = queue("released");
        let mut connected = connect().await;
        let mut sent = None;
        let producer = produced("send released", |_| {
            sent = Some(message(headers!(client = client)));
        });
        send(&mut connected, &queue, sent.expect("a message")).await;
        let mut receiver = receiver(&mut connected, &queue).await;
        for _ in 0..2 {
            let delivery = next(&mut receiver).await;
            on_delivery(&delivery, &queue).await;
            receiver.release(&delivery).await.expect("released");
        }

        let spans = spans(&format!("process {queue}"));
        assert_eq!(spans.len(), 2);
        for span in &spans {
            assert_eq!(span.links.links[0].span_context.span_id(), producer.span_id());
            // A delivery that the client releases has not failed.
            let attributes = attributes(&span.attributes);
            assert_eq!(attributes["messaging.rabbitmq.message.delivery_count"], "1");
        }
    }
}
