// Messages that no instrumentation writes.

mod hostile {
    use client::types::messaging::Header;
    use linked_span::linked_span;
    use linked_span_tests_brokers_common::{assert_attributes, install, span};

    use super::*;

    #[linked_span(message(fe2o3_amqp, client = client), name = format!("{test} {VERSION}"))]
    fn on_message(message: &Message<String>, test: &'static str) {}

    #[track_caller]
    fn handled(
        test: &'static str,
        message: &Message<String>,
    ) -> opentelemetry_sdk::trace::SpanData {
        install();
        on_message(message, test);
        span(&format!("{test} {VERSION}"))
    }

    #[test]
    fn context_of_bytes_or_of_a_symbol_is_linked() {
        for (test, value) in [
            ("bytes", SimpleValue::Binary(ONE.as_bytes().to_vec().into())),
            ("symbol", SimpleValue::Symbol(ONE.into())),
        ] {
            let mut fields = properties(&[("app", "1")]);
            fields.0.insert("traceparent".to_owned(), value);
            assert_eq!(linked(&handled(test, &message(fields))), ["1"], "{test}");
        }
    }

    #[test]
    fn context_of_another_type_counts_as_absent() {
        let mut fields = properties(&[]);
        fields.0.insert("traceparent".to_owned(), SimpleValue::Null);
        fields.0.insert("tracestate".to_owned(), SimpleValue::Bool(true));
        assert!(linked(&handled("types", &message(fields))).is_empty());
    }

    #[test]
    fn ids_that_are_not_text_are_recorded_as_text() {
        let mut message = message(properties(&[]));
        message.header = Some(Header {
            delivery_count: u32::MAX,
            ..Header::default()
        });
        message.properties = Some(Properties {
            message_id: Some(MessageId::Uuid([0x1f; 16].into())),
            correlation_id: Some(MessageId::Binary(vec![0xff, 0].into())),
            to: Some("orders/4711".to_owned()),
            ..Properties::default()
        });
        assert_attributes(
            &handled("ids", &message).attributes,
            r#"
            messaging.system = "amqp"
            messaging.operation.name = "process"
            messaging.operation.type = "process"
            messaging.destination.name = "orders/4711"
            messaging.message.id = "1f1f1f1f-1f1f-1f1f-1f1f-1f1f1f1f1f1f"
            messaging.message.conversation_id = "0xff00"
            messaging.amqp.message.delivery_count = 4294967296
            "#,
        );
    }

    #[linked_span(message(fe2o3_amqp, client = client, system = "activemq"))]
    fn on_address(message: &Message<String>) {}

    #[test]
    fn address_with_an_id_is_not_a_part_of_the_name() {
        install();
        for to in ["orders/4711", "orders"] {
            let mut message = message(properties(&[]));
            message.properties = Some(Properties {
                to: Some(format!("{to}/{VERSION}")),
                ..Properties::default()
            });
            on_address(&message);
        }
        span(&format!("process orders/{VERSION}"));
        let spans = linked_span_tests_brokers_common::spans("process");
        let destination = format!("\"orders/4711/{VERSION}\"");
        let is_of_this = |span: &opentelemetry_sdk::trace::SpanData| {
            let attributes = linked_span_tests_brokers_common::attributes(&span.attributes);
            attributes.get("messaging.destination.name") == Some(&destination)
        };
        assert!(spans.iter().any(is_of_this), "a span called `process`");
    }
}
