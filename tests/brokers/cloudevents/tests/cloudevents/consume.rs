// Handlers of one event and of a batch.

mod consume {
    use linked_span::linked_span;
    use linked_span::messaging::Message;
    use linked_span::messaging::cloudevents::describe;
    use linked_span_tests_brokers_common::{assert_attributes, install, span, tenant};
    use opentelemetry::trace::SpanKind;

    use super::*;

    #[linked_span(event(cloudevents, client = client, destination = format!("orders.{VERSION}")))]
    async fn on_event(event: &Event) -> String {
        event.id().to_owned()
    }

    #[tokio::test]
    async fn event_is_linked_by_its_extension_and_described() {
        install();
        assert_eq!(on_event(&event(&[("traceparent", ONE), ("tracestate", "a=1")])).await, "7");
        let span = span(&format!("process orders.{VERSION}"));
        assert_eq!(span.span_kind, SpanKind::Consumer);
        assert_attributes(
            &span.attributes,
            &format!(
                r#"
                messaging.system = "cloudevents"
                messaging.operation.name = "process"
                messaging.operation.type = "process"
                messaging.destination.name = "orders.{VERSION}"
                cloudevents.event_id = "7"
                cloudevents.event_source = "/shop"
                cloudevents.event_type = "order.created"
                cloudevents.event_subject = "order-7"
                cloudevents.event_spec_version = "1.0"
                "#
            ),
        );
        let [link] = span.links.links.as_slice() else {
            panic!("one link: {:?}", span.links);
        };
        assert_eq!(link.span_context.span_id().to_string(), "1111111111111111");
        assert_eq!(link.span_context.trace_state().header(), "a=1");
        assert_attributes(&link.attributes, r#"link.relationship = "triggered_by""#);
    }

    #[linked_span(events(cloudevents, client = client, destination = format!("batch.{VERSION}")))]
    async fn on_events(events: &[Event]) {}

    #[tokio::test]
    async fn batch_is_linked_to_each_event() {
        install();
        let mut events = [ONE, TWO].map(|context| event(&[("traceparent", context)]));
        for (event, id) in events.iter_mut().zip(["1", "2"]) {
            client::AttributesWriter::set_id(event, id);
        }
        on_events(&events).await;
        let span = span(&format!("process batch.{VERSION}"));
        assert_attributes(
            &span.attributes,
            &format!(
                r#"
                messaging.system = "cloudevents"
                messaging.operation.name = "process"
                messaging.operation.type = "process"
                messaging.batch.message_count = 2
                messaging.destination.name = "batch.{VERSION}"
                cloudevents.event_source = "/shop"
                cloudevents.event_type = "order.created"
                cloudevents.event_subject = "order-7"
                cloudevents.event_spec_version = "1.0"
                "#
            ),
        );
        assert_eq!(span.links.links.len(), 2);
        for (link, id) in span.links.links.iter().zip(["1", "2"]) {
            assert_eq!(link.span_context.span_id().to_string(), id.repeat(16));
            assert_attributes(&link.attributes, &format!("cloudevents.event_id = \"{id}\""));
        }
    }

    #[linked_span(event(view = describe!(client = client, event, transport.clone())), name = format!("{name} {VERSION}"))]
    fn on_carried(event: &Event, transport: &Message<'_>, name: &str) -> Option<String> {
        tenant()
    }

    /// Handles an event that a Kafka message carried. Returns the id of the linked span, and the tenant.
    fn carried(name: &str, extensions: &[(&str, &str)], headers: &[(&str, &str)]) -> (Option<String>, Option<String>) {
        install();
        let transport = Message::new("kafka").destination("orders").partition(3).offset(9);
        let tenant = on_carried(&event(extensions), &transport.headers(&headers.to_vec()), name);
        let span = span(&format!("{name} {VERSION}"));
        assert_attributes(
            &span.attributes,
            r#"
            messaging.system = "kafka"
            messaging.operation.name = "process"
            messaging.operation.type = "process"
            messaging.destination.name = "orders"
            messaging.destination.partition.id = "3"
            messaging.kafka.offset = 9
            cloudevents.event_id = "7"
            cloudevents.event_source = "/shop"
            cloudevents.event_type = "order.created"
            cloudevents.event_subject = "order-7"
            cloudevents.event_spec_version = "1.0"
            "#,
        );
        // A message without a context is on record by a link without one.
        let links = span.links.links.iter().filter(|link| link.span_context.is_valid());
        let mut ids = links.map(|link| link.span_context.span_id().to_string());
        let id = ids.next();
        assert_eq!(ids.next(), None);
        (id, tenant)
    }

    #[test]
    fn extension_is_preferred_to_the_headers_of_its_transport() {
        let one = Some("1".repeat(16));
        let two = Some("2".repeat(16));
        let (extension, header) = ([("traceparent", ONE)], [("traceparent", TWO)]);
        assert_eq!(carried("both", &extension, &header).0, one);
        assert_eq!(carried("extension", &extension, &[]).0, one);
        assert_eq!(carried("header", &[], &header).0, two);
        assert_eq!(carried("malformed", &[("traceparent", "00")], &header).0, two);
        assert_eq!(carried("neither", &[], &[]).0, None);
    }

    #[test]
    fn baggage_of_the_transport_is_active_if_the_context_is_the_transport_s() {
        let header = [("traceparent", TWO), ("baggage", "tenant=acme")];
        assert_eq!(carried("baggage", &[], &header).1.as_deref(), Some("acme"));
        assert_eq!(carried("no baggage", &[("traceparent", ONE)], &header).1, None);
    }

    #[linked_span(event(cloudevents, client = client), name = format!("{} {VERSION}", event.ty()))]
    fn on_typed(event: &Event) {}

    #[test]
    fn extension_that_is_no_text_makes_no_link() {
        install();
        let mut event = event(&[]);
        event.set_extension("traceparent", 7);
        assert_eq!(event.extension("traceparent"), Some(&ExtensionValue::Integer(7)));
        on_typed(&event);
        assert!(span(&format!("order.created {VERSION}")).links.links.is_empty());
    }
}
