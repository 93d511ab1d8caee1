// Headers, keys and payloads that other clients write.

mod hostile {
    use linked_span::linked_span;
    use linked_span_tests_brokers_common::{assert_attributes, install, span};
    use opentelemetry_sdk::trace::SpanData;

    use super::super::cluster;
    use super::*;

    #[linked_span(record(rskafka, client = client, destination = topic))]
    fn on_record(record: &RecordAndOffset, topic: &str) {}

    async fn handled(test: &str, headers: &[(&str, Option<&str>)]) -> SpanData {
        install();
        let topic = topic(test);
        cluster::send(&topic, b"key", Some("paid"), headers).await;
        on_record(&fetch(&topic, 1).await[0], &topic);
        span(&format!("process {topic}"))
    }

    #[tokio::test]
    async fn record_with_a_null_header_is_refused_by_the_client() {
        let topic = topic("null");
        cluster::send(&topic, b"key", Some("paid"), &[("app", None)]).await;
        let fetched = partition(&topic).await.fetch_records(0, 1..1_000_000, 1_000).await;
        assert!(fetched.is_err(), "the page says so: {fetched:?}");
    }

    #[tokio::test]
    async fn last_of_several_contexts_is_linked() {
        let headers = [("traceparent", Some(ONE)), ("traceparent", Some(TWO))];
        assert_eq!(linked(&handled("several", &headers).await), ["2"]);
        // Names that differ in case are sorted by the client.
        let headers = [("traceparent", Some(TWO)), ("Traceparent", Some(ONE))];
        assert_eq!(linked(&handled("case", &headers).await), ["2"]);
    }

    #[tokio::test]
    async fn tombstone_is_marked_and_linked() {
        install();
        let topic = topic("tombstone");
        cluster::send(&topic, b"\xff\x00", None, &[("traceparent", Some(ONE))]).await;
        on_record(&fetch(&topic, 1).await[0], &topic);
        let span = span(&format!("process {topic}"));
        assert_eq!(linked(&span), ["1"]);
        assert_attributes(
            &span.attributes,
            &format!(
                r#"
                messaging.system = "kafka"
                messaging.operation.name = "process"
                messaging.operation.type = "process"
                messaging.destination.name = "{topic}"
                messaging.kafka.offset = 0
                messaging.kafka.message.key = "0xff00"
                messaging.kafka.message.tombstone = true
                "#
            ),
        );
    }
}
