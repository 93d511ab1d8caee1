// Handlers of one record and of a batch.

mod consume {
    use linked_span::linked_span;
    use linked_span::messaging::krafka::headers;
    use linked_span_tests_brokers_common::{assert_attributes, link_to, produced, span};
    use opentelemetry::trace::SpanKind;

    use super::*;

    #[linked_span(record(krafka, client = client, group = "billing"))]
    async fn on_record(record: &ConsumerRecord) -> usize {
        record.value.as_ref().map_or(0, |value| value.len())
    }

    #[tokio::test]
    async fn record_of_a_topic_is_linked_and_described() {
        let topic = topic("orders");
        let mut sent = None;
        let producer = produced("send orders", |_| {
            sent = Some(record(&topic, "order-7", headers!(client = client)));
        });
        let received = received(sent.expect("a record"), 0);

        assert_eq!(on_record(&received).await, 4);

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
        assert_attributes(&link.attributes, r#"link.relationship = "triggered_by""#);
    }

    #[linked_span(records(krafka, client = client))]
    fn on_records(records: &[ConsumerRecord]) -> usize {
        records.len()
    }

    #[test]
    fn batch_is_linked_to_each_record() {
        let topic = topic("batch");
        let mut producers = Vec::new();
        let mut records = Vec::new();
        for key in ["one", "two", "three"] {
            producers.push(produced("send batch", |_| {
                let offset = i64::try_from(records.len()).expect("few records");
                let sent = record(&topic, key, headers!(client = client));
                records.push(received(sent, offset));
            }));
        }

        assert_eq!(on_records(&records), 3);

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

    #[linked_span(record(krafka, client = client, destination = "shared by a group"))]
    fn on_shared(record: ConsumerRecord) {}

    #[test]
    fn record_of_a_share_group_is_counted() {
        let mut received = ConsumerRecord::new("shared", 1, 7, None, Some("paid".into()));
        received.delivery_count = Some(2);
        received.headers = of(&[("traceparent", Some(ONE))]);
        linked_span_tests_brokers_common::install();
        on_shared(received);
        let spans = linked_span_tests_brokers_common::spans("process shared by a group");
        for span in &spans {
            assert_eq!(linked(span), ["1"]);
            assert_attributes(
                &span.attributes,
                r#"
                messaging.system = "kafka"
                messaging.operation.name = "process"
                messaging.operation.type = "process"
                messaging.destination.name = "shared by a group"
                messaging.destination.partition.id = "1"
                messaging.message.body.size = 4
                messaging.kafka.offset = 7
                messaging.kafka.message.delivery_count = 2
                "#,
            );
        }
        assert!(!spans.is_empty(), "a span");
    }
}
