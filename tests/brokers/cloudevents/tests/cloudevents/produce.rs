// Extensions that producers write.

mod produce {
    use linked_span::messaging::cloudevents::extended;
    use linked_span::{Origin, linked_span};
    use linked_span_tests_brokers_common::{install, produced, span};

    use super::*;

    fn text(event: &Event, name: &str) -> Option<String> {
        match event.extension(name)? {
            ExtensionValue::String(text) => Some(text.clone()),
            _ => None,
        }
    }

    #[test]
    fn context_of_the_active_span_is_written_into_an_event_without_one() {
        let mut extended = event(&[]);
        let producer = produced("create", |_| {
            let earlier = event(&[("app", "1"), ("tracestate", "a=1"), ("baggage", "tenant=acme")]);
            extended = extended!(client = client, earlier);
        });
        let (trace, span) = (producer.trace_id(), producer.span_id());
        assert_eq!(text(&extended, "traceparent"), Some(format!("00-{trace}-{span}-01")));
        assert_eq!(text(&extended, "app").as_deref(), Some("1"));
        assert_eq!(extended.iter_extensions().count(), 2);
        assert_eq!(extended.data(), event(&[]).data());
    }

    #[test]
    fn event_keeps_the_context_of_its_creation() {
        let forwarded = event(&[("traceparent", ONE), ("tracestate", "a=1")]);
        produced("forward", |_| {
            assert_eq!(extended!(client = client, forwarded.clone()), forwarded);
        });
    }

    #[test]
    fn context_of_an_origin_is_written_and_none_without_one() {
        assert_eq!(extended!(client = client, event(&[])), event(&[]));
        let origin: Origin = linked_span::extract(&[("traceparent", ONE), ("baggage", "tenant=acme")]);
        let expected = event(&[("traceparent", ONE), ("baggage", "tenant=acme")]);
        assert_eq!(extended!(client = client, event(&[]), of origin), expected);
    }

    #[linked_span(send("created", system = "kafka"), name = format!("send created {VERSION}"))]
    fn created() -> Event {
        extended!(client = client, event(&[]))
    }

    #[linked_span(event(cloudevents, client = client), name = format!("on created {VERSION}"))]
    fn on_created(event: &Event) {}

    #[test]
    fn context_of_the_creating_span_arrives_at_the_consumer() {
        install();
        let json = serde_json::to_string(&created()).expect("JSON");
        on_created(&serde_json::from_str(&json).expect("an event"));
        let created = span(&format!("send created {VERSION}"));
        let received = span(&format!("on created {VERSION}"));
        assert_eq!(
            received.links.links[0].span_context.span_id(),
            created.span_context.span_id()
        );
    }
}
