// Messages without a server.

mod in_memory {
    use linked_span::linked_span;
    use linked_span_tests_brokers_common::{install, span};

    use super::*;

    #[linked_span(message(async_nats, client = client), name = format!("{} {VERSION}", message.subject.as_str()))]
    fn on_message(message: client::Message) {}

    fn message(subject: &str, headers: &[(&str, &str)]) -> client::Message {
        install();
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, *value);
        }
        client::Message {
            subject: subject.to_owned().into(),
            reply: None,
            payload: Default::default(),
            headers: Some(map),
            status: None,
            description: None,
            length: 0,
        }
    }

    const ONE: &str = "00-11111111111111111111111111111111-1111111111111111-01";
    const TWO: &str = "00-22222222222222222222222222222222-2222222222222222-01";

    #[test]
    fn first_of_several_contexts_is_linked() {
        on_message(message("several", &[("traceparent", ONE), ("traceparent", TWO)]));
        let span = span(&format!("several {VERSION}"));
        assert_eq!(span.links.links.len(), 1);
        let context = &span.links.links[0].span_context;
        assert_eq!(context.span_id().to_string(), "1111111111111111");
    }

    #[test]
    fn state_of_the_same_hop_is_linked() {
        on_message(message(
            "state",
            &[
                ("traceparent", ONE),
                ("tracestate", "a=1"),
                ("traceparent", TWO),
                ("tracestate", "b=2"),
            ],
        ));
        let span = span(&format!("state {VERSION}"));
        assert_eq!(span.links.links[0].span_context.trace_state().header(), "a=1");
    }

    #[test]
    fn name_of_a_header_may_have_any_case() {
        on_message(message("case", &[("Traceparent", ONE)]));
        let span = span(&format!("case {VERSION}"));
        assert_eq!(span.links.links.len(), 1);
    }
}

mod produce {
    use linked_span::Origin;
    use linked_span::messaging::async_nats::headers;
    use linked_span_tests_brokers_common::produced;

    use super::*;

    const ONE: &str = "00-11111111111111111111111111111111-1111111111111111-01";

    fn values(headers: &HeaderMap, name: &str) -> Vec<String> {
        let values = headers.iter().filter(|(known, _)| {
            let known: &str = known.as_ref();
            known == name
        });
        values.flat_map(|(_, values)| values.iter().map(|value| value.as_str().to_owned())).collect()
    }

    #[test]
    fn headers_of_the_active_span_replace_those_of_an_earlier_hop() {
        let mut earlier = HeaderMap::new();
        earlier.append("app", "1");
        earlier.append("app", "2");
        earlier.append("Traceparent", ONE);
        earlier.append("baggage", "tenant=acme");
        let mut headers = HeaderMap::new();
        let producer = produced("forward", |_| {
            headers = headers!(client = client, replacing &earlier);
        });
        let (trace, span) = (producer.trace_id(), producer.span_id());
        assert_eq!(values(&headers, "traceparent"), [format!("00-{trace}-{span}-01")]);
        assert_eq!(values(&headers, "app"), ["1", "2"]);
        assert_eq!(headers.iter().count(), 2);
        assert_eq!(earlier.iter().count(), 3);
    }

    #[test]
    fn headers_of_an_origin_are_written_and_none_without_one() {
        assert!(headers!(client = client).is_empty());
        assert!(headers!(client = client, replacing None::<HeaderMap>).is_empty());
        let origin: Origin = linked_span::extract(&[("traceparent", ONE)]);
        let headers = headers!(client = client, of origin);
        assert_eq!(values(&headers, "traceparent"), [ONE]);
    }
}
