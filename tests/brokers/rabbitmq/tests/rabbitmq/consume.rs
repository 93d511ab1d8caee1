// Handlers of one delivery and of a batch.

mod consume {
    use linked_span::linked_span;
    use linked_span_tests_brokers_common::{assert_attributes, link_to, produced, span, spans, spawnable};
    use opentelemetry::trace::SpanKind;

    use super::*;

    #[linked_span(delivery(lapin, client = client))]
    async fn on_delivery(delivery: &Delivery) -> usize {
        delivery.data.len()
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn delivery_of_a_queue_is_linked_and_described() {
        let queue = queue("orders");
        let channel = channel().await;
        declare(&channel, &queue, "classic").await;
        let mut headers = FieldTable::default();
        let producer = produced("send orders", |context| headers = headers_of(context));
        let properties = BasicProperties::default()
            .with_headers(headers)
            .with_message_id("order-7".into())
            .with_correlation_id("cart-1".into());
        publish(&channel, &queue, properties).await;
        let delivery = next(&mut consume(&channel, &queue).await).await;

        assert_eq!(spawnable(on_delivery(&delivery)).await, 4);

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
                messaging.message.conversation_id = "cart-1"
                messaging.message.body.size = 4
                messaging.rabbitmq.destination.routing_key = "{queue}"
                messaging.rabbitmq.message.delivery_tag = 1
                "#
            ),
        );
        let link = link_to(&span, &producer);
        assert_attributes(&link.attributes, r#"link.relationship = "triggered_by""#);
    }

    #[linked_span(deliveries(lapin, client = client, destination = concat!("batch of ", module_path!())))]
    async fn on_deliveries(deliveries: &[Delivery]) -> usize {
        deliveries.len()
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn batch_is_linked_to_each_delivery() {
        let queue = queue("batch");
        let channel = channel().await;
        declare(&channel, &queue, "classic").await;
        let mut producers = Vec::new();
        for id in ["one", "two"] {
            let mut headers = FieldTable::default();
            producers.push(produced("send batch", |context| headers = headers_of(context)));
            let properties = BasicProperties::default().with_headers(headers);
            publish(&channel, &queue, properties.with_message_id(id.into())).await;
        }
        let mut consumer = consume(&channel, &queue).await;
        let deliveries = vec![next(&mut consumer).await, next(&mut consumer).await];

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
                messaging.message.body.size = 4
                messaging.rabbitmq.destination.routing_key = "{queue}"
                "#
            ),
        );
        for ((link, producer), place) in span.links.links.iter().zip(&producers).zip(0..) {
            assert_eq!(link.span_context.span_id(), producer.span_id());
            let (id, tag) = (["one", "two"][place], place + 1);
            assert_attributes(
                &link.attributes,
                &format!("messaging.message.id = \"{id}\"\nmessaging.rabbitmq.message.delivery_tag = {tag}"),
            );
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn delivery_that_is_refused_is_counted_and_linked_again() {
        let queue = queue("quorum");
        let channel = channel().await;
        declare(&channel, &queue, "quorum").await;
        let mut headers = FieldTable::default();
        let producer = produced("send quorum", |context| headers = headers_of(context));
        publish(&channel, &queue, BasicProperties::default().with_headers(headers)).await;
        let mut consumer = consume(&channel, &queue).await;
        let first = next(&mut consumer).await;
        on_delivery(&first).await;
        let options = BasicNackOptions {
            requeue: true,
            ..Default::default()
        };
        first.nack(options).await.expect("refused");
        let again = next(&mut consumer).await;
        on_delivery(&again).await;
        again.ack(BasicAckOptions::default()).await.expect("acknowledged");

        let spans = spans(&format!("process {queue}"));
        let counts = spans.iter().map(|span| {
            let attributes = linked_span_tests_brokers_common::attributes(&span.attributes);
            attributes.get("messaging.rabbitmq.message.delivery_count").cloned()
        });
        assert_eq!(counts.collect::<Vec<_>>(), [None, Some("2".to_owned())]);
        for span in &spans {
            assert_eq!(span.links.links[0].span_context.span_id(), producer.span_id());
        }
    }
}
