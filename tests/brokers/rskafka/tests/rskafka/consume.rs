// Handlers of one record and of a batch.

mod consume {
    use linked_span::linked_span;
    use linked_span::messaging::rskafka::headers;
    use linked_span_tests_brokers_common::{assert_attributes, link_to, produced, span};
    use opentelemetry::trace::SpanKind;

    use super::*;

    #[linked_span(record(rskafka, client = client, destination = topic, group = "billing"))]
    async fn on_record(record: &RecordAndOffset, topic: &str) -> usize {
        record.record.value.as_ref().map_or(0, Vec::len)
    }

    #[tokio::test]
    async fn record_of_a_topic_is_linked_and_described() {
        let topic = topic("orders");
        let mut sent = None;
        let producer = produced("send orders", |_| {
            sent = Some(record("order-7", headers!(client = client)));
        });
        send(&topic, sent.into_iter().collect()).await;
        let records = fetch(&topic, 1).await;

        assert_eq!(on_record(&records[0], &topic).await, 4);

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
                messaging.consumer.group.name = "billing"
                messaging.message.body.size = 4
                messaging.kafka.offset = 0
                messaging.kafka.message.key = "order-7"
                "#
            ),
        );
        let link = link_to(&span, &producer);
        assert_attributes(&link.attributes, r#"link.relationship = "triggered_by""#);
    }

    #[linked_span(
        records(rskafka, client = client, destination = topic),
        attributes("messaging.destination.partition.id" = "0"),
    )]
    fn on_records(records: &[RecordAndOffset], topic: &str) -> usize {
        records.len()
    }

    #[tokio::test]
    async fn batch_is_linked_to_each_record() {
        let topic = topic("batch");
        let mut producers = Vec::new();
        let mut sent = Vec::new();
        for key in ["one", "two", "three"] {
            producers.push(produced("send batch", |_| {
                sent.push(record(key, headers!(client = client)));
            }));
        }
        send(&topic, sent).await;

        assert_eq!(on_records(&fetch(&topic, 3).await, &topic), 3);

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

    #[linked_span(record(rskafka, client = client, destination = topic))]
    fn on_plain(record: Record, topic: &str) {}

    #[test]
    fn record_without_an_offset_is_linked_and_described() {
        let topic = topic("plain");
        let mut sent = None;
        let producer = produced("send plain", |_| {
            sent = Some(record("order-7", headers!(client = client)));
        });
        on_plain(sent.expect("a record"), &topic);
        let span = span(&format!("process {topic}"));
        assert_eq!(span.links.links[0].span_context.span_id(), producer.span_id());
        assert_attributes(
            &span.attributes,
            &format!(
                r#"
                messaging.system = "kafka"
                messaging.operation.name = "process"
                messaging.operation.type = "process"
                messaging.destination.name = "{topic}"
                messaging.message.body.size = 4
                messaging.kafka.message.key = "order-7"
                "#
            ),
        );
    }
}
