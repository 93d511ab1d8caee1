// Handlers of one entry and of a batch.

mod consume {
    use linked_span::linked_span;
    use linked_span_tests_brokers_common::{assert_attributes, install, link_to, produced, span, spawnable};
    use opentelemetry::trace::SpanKind;

    use super::*;

    #[linked_span(entry(redis, client = client, destination = stream("orders"), group = "billing"))]
    async fn on_entry(entry: &StreamId) -> Option<String> {
        entry.get("order")
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn entry_of_a_stream_is_linked_and_described() {
        let mut connection = connect().await;
        let stream = stream("orders");
        create(&mut connection, &stream).await;
        let mut fields = vec![("order".to_owned(), b"7".to_vec())];
        let producer = produced("send orders", |context| fields.extend(fields_of(context)));
        let id = add(&mut connection, &stream, &fields).await;
        let entries = read(&mut connection, &stream).await;

        assert_eq!(spawnable(on_entry(&entries[0])).await.as_deref(), Some("7"));

        let span = span(&format!("process {stream}"));
        assert_eq!(span.span_kind, SpanKind::Consumer);
        assert_attributes(
            &span.attributes,
            &format!(
                r#"
                messaging.system = "redis"
                messaging.operation.name = "process"
                messaging.operation.type = "process"
                messaging.destination.name = "{stream}"
                messaging.consumer.group.name = "billing"
                messaging.message.id = "{id}"
                "#
            ),
        );
        let link = link_to(&span, &producer);
        assert_attributes(&link.attributes, r#"link.relationship = "triggered_by""#);
    }

    #[linked_span(entries(redis, client = client, destination = stream("batch"), group = "billing"))]
    async fn on_entries(entries: &[StreamId]) -> usize {
        entries.len()
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn batch_is_linked_to_each_entry() {
        let mut connection = connect().await;
        let stream = stream("batch");
        create(&mut connection, &stream).await;
        let (mut producers, mut ids) = (Vec::new(), Vec::new());
        for order in ["1", "2"] {
            let mut fields = vec![("order".to_owned(), order.into())];
            producers.push(produced("send batch", |context| fields.extend(fields_of(context))));
            ids.push(add(&mut connection, &stream, &fields).await);
        }
        let entries = read(&mut connection, &stream).await;

        assert_eq!(spawnable(on_entries(&entries)).await, 2);

        let span = span(&format!("process {stream}"));
        assert_attributes(
            &span.attributes,
            &format!(
                r#"
                messaging.system = "redis"
                messaging.operation.name = "process"
                messaging.operation.type = "process"
                messaging.batch.message_count = 2
                messaging.destination.name = "{stream}"
                messaging.consumer.group.name = "billing"
                "#
            ),
        );
        let links = &span.links.links;
        assert_eq!(links.len(), 2);
        for ((link, producer), id) in links.iter().zip(&producers).zip(&ids) {
            assert_eq!(link.span_context.span_id(), producer.span_id());
            assert_attributes(&link.attributes, &format!("messaging.message.id = \"{id}\""));
        }
    }

    #[linked_span(entry(redis, client = client), name = format!("{name} {VERSION}"))]
    fn on_any(entry: &StreamId, name: &str) {}

    fn links(name: &str, fields: &[(&str, Value)]) -> usize {
        install();
        on_any(&entry(fields, None), name);
        span(&format!("{name} {VERSION}")).links.links.len()
    }

    #[test]
    fn field_of_another_kind_makes_no_link() {
        let context = || "00-11111111111111111111111111111111-1111111111111111-01".to_owned();
        assert_eq!(links("bytes", &[("traceparent", Value::BulkString(context().into_bytes()))]), 1);
        assert_eq!(links("text", &[("traceparent", Value::SimpleString(context()))]), 1);
        assert_eq!(links("case", &[("Traceparent", Value::SimpleString(context()))]), 1);
        assert_eq!(links("null", &[("traceparent", Value::Nil)]), 0);
        assert_eq!(links("number", &[("traceparent", Value::Int(7))]), 0);
        assert_eq!(links("not-utf8", &[("traceparent", Value::BulkString(vec![0xff; 55]))]), 0);
        assert_eq!(links("no-fields", &[]), 0);
    }
}
