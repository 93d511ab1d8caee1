// Malformed records, and records of other producers.

mod hostile {
    use linked_span::linked_span;
    use linked_span_tests_brokers_common::{assert_attributes, install, span};

    use super::*;

    #[linked_span(message(rdkafka, client = client))]
    fn on_message(message: &OwnedMessage) -> i64 {
        message.offset()
    }

    #[linked_span(messages(rdkafka, client = client))]
    fn on_messages(messages: &[OwnedMessage]) -> usize {
        messages.len()
    }

    #[track_caller]
    fn handled(test: &str, headers: &[(&str, Option<&str>)]) -> opentelemetry_sdk::trace::SpanData {
        install();
        let topic = topic(test);
        assert_eq!(on_message(&record(&topic, 7, headers)), 7);
        span(&format!("process {topic}"))
    }

    #[test]
    fn null_header_counts_as_absent() {
        let span = handled("null", &[("traceparent", None), ("tracestate", None), ("baggage", None)]);
        assert_eq!(linked(&span).len(), 0);
        let span = handled("null-beside", &[("traceparent", Some(ONE)), ("traceparent", None)]);
        assert_eq!(linked(&span), ["1"]);
    }

    #[test]
    fn last_of_several_contexts_is_linked_with_its_state() {
        let span = handled(
            "several",
            &[
                ("traceparent", Some(ONE)),
                ("tracestate", Some("a=1")),
                ("traceparent", Some(TWO)),
            ],
        );
        assert_eq!(linked(&span), ["2"]);
        assert_eq!(span.links.links[0].span_context.trace_state().header(), "");
    }

    #[test]
    fn context_that_spring_writes_twice_counts_once() {
        let span = handled(
            "twice",
            &[("traceparent", Some(ONE)), ("traceparent", Some(ONE)), ("tracestate", Some("a=1"))],
        );
        assert_eq!(linked(&span), ["1"]);
        assert_eq!(span.links.links[0].span_context.trace_state().header(), "a=1");
    }

    #[test]
    fn name_that_is_not_utf8_costs_no_other_header() {
        install();
        let topic = topic("poison");
        let headers = OwnedHeaders::new().insert(Header {
            key: "traceparent",
            value: Some(ONE),
        });
        let mut poisoned = record(&topic, 7, &[]);
        poisoned = OwnedMessage::new(
            poisoned.payload().map(Into::into),
            poisoned.key().map(Into::into),
            topic.clone(),
            client::Timestamp::NotAvailable,
            3,
            7,
            Some(with_a_broken_name(headers)),
        );
        assert_eq!(on_messages(&[poisoned.clone(), record(&topic, 8, &[("traceparent", Some(TWO))])]), 2);
        let span = span(&format!("process {topic}"));
        assert_eq!(linked(&span), ["1", "2"]);
    }

    #[test]
    fn tombstone_is_marked_and_linked() {
        install();
        let topic = topic("tombstone");
        let headers = OwnedHeaders::new().insert(Header {
            key: "traceparent",
            value: Some(ONE),
        });
        let tombstone = OwnedMessage::new(
            None,
            Some(b"\xff\x00".to_vec()),
            topic.clone(),
            client::Timestamp::NotAvailable,
            0,
            -1001,
            Some(headers),
        );
        on_message(&tombstone);
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
                messaging.kafka.message.key = "0xff00"
                messaging.kafka.message.tombstone = true
                "#
            ),
        );
    }

    #[test]
    fn message_without_a_context_keeps_its_offset_on_record_in_a_batch() {
        install();
        let topic = topic("no-context");
        on_messages(&[record(&topic, 7, &[]), record(&topic, 8, &[("traceparent", Some(TWO))])]);
        let span = span(&format!("process {topic}"));
        assert_eq!(linked(&span), ["0", "2"]);
        assert_attributes(
            &span.links.links[0].attributes,
            "messaging.kafka.offset = 7\nmessaging.kafka.message.key = \"key-7\"",
        );
    }

    #[test]
    fn mixed_batch_is_called_process_and_names_topics_on_its_links() {
        install();
        let (one, other) = (topic("mixed-1"), topic("mixed-2"));
        on_messages(&[record(&one, 7, &[("traceparent", Some(ONE))]), record(&other, 7, &[])]);
        let spans = linked_span_tests_brokers_common::spans("process");
        let of_this = |span: &&opentelemetry_sdk::trace::SpanData| {
            span.links.links.iter().any(|link| {
                let attributes = linked_span_tests_brokers_common::attributes(&link.attributes);
                attributes.get("messaging.destination.name") == Some(&format!("{one:?}"))
            })
        };
        let span = spans.iter().find(of_this).expect("a span called `process`");
        assert_eq!(attribute(span, "messaging.destination.name"), None);
        assert_eq!(attribute(span, "messaging.kafka.offset").as_deref(), Some("7"));
        assert_eq!(linked(span), ["1", "0"]);
    }
}
