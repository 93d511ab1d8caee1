// Headers, keys and payloads that other clients write.

mod hostile {
    use linked_span::linked_span;
    use linked_span_tests_brokers_common::{assert_attributes, install, span};
    use opentelemetry_sdk::trace::SpanData;

    use super::*;

    #[linked_span(record(krafka, client = client))]
    fn on_record(record: &ConsumerRecord) {}

    fn handled(test: &str, headers: &[(&str, Option<&'static str>)]) -> SpanData {
        install();
        let topic = topic(test);
        on_record(&received(record(&topic, "key", of(headers)), 0));
        span(&format!("process {topic}"))
    }

    #[test]
    fn null_header_counts_as_absent() {
        let span = handled("null", &[("traceparent", None), ("tracestate", None)]);
        assert_eq!(linked(&span).len(), 0);
        let headers = [("traceparent", Some(ONE)), ("traceparent", None)];
        assert_eq!(linked(&handled("null-beside", &headers)), ["1"]);
    }

    #[test]
    fn last_of_several_contexts_is_linked() {
        let headers = [("traceparent", Some(ONE)), ("traceparent", Some(TWO))];
        assert_eq!(linked(&handled("several", &headers)), ["2"]);
        let headers = [("traceparent", Some(ONE)), ("Traceparent", Some(TWO))];
        assert_eq!(linked(&handled("case", &headers)), ["2"]);
    }

    #[test]
    fn tombstone_is_marked_and_linked() {
        install();
        let topic = topic("tombstone");
        let mut tombstone = Record::tombstone(topic.as_str(), vec![0xff, 0]);
        tombstone.headers = of(&[("traceparent", Some(ONE))]);
        on_record(&received(tombstone, 0));
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
                messaging.destination.partition.id = "0"
                messaging.kafka.offset = 0
                messaging.kafka.message.key = "0xff00"
                messaging.kafka.message.tombstone = true
                "#
            ),
        );
    }
}
