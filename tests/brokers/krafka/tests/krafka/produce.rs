// Headers that producers write.

mod produce {
    use linked_span::Origin;
    use linked_span::messaging::krafka::headers;
    use linked_span_tests_brokers_common::produced;

    use super::*;

    #[test]
    fn forwarded_headers_keep_all_but_the_trace_fields() {
        let earlier = of(&[
            ("app", Some("1")),
            ("traceparent", Some(ONE)),
            ("app", Some("2")),
            ("Tracestate", Some("a=1")),
            ("null", None),
            ("baggage", Some("tenant=acme")),
        ]);
        let received = record("forwarded", "key", earlier.clone());
        let mut forwarded = Headers::new();
        let producer = produced("forward", |_| {
            forwarded = headers!(client = client, replacing received.headers);
        });
        let (trace, span) = (producer.trace_id(), producer.span_id());
        let mut expected = of(&[("app", Some("1")), ("app", Some("2")), ("null", None)]);
        let context = format!("00-{trace}-{span}-01");
        expected.push(("traceparent".to_owned(), Some(context.into())));
        assert_eq!(forwarded, expected);
        assert_eq!(received.headers, earlier);
    }

    #[test]
    fn headers_of_an_origin_are_written_and_none_without_one() {
        assert_eq!(headers!(client = client), Headers::new());
        let origin: Origin = linked_span::extract(&[("traceparent", TWO)]);
        let written = of(&[("traceparent", Some(TWO))]);
        assert_eq!(headers!(client = client, of &origin), written);
        let earlier = of(&[("traceparent", Some(ONE)), ("app", Some("1"))]);
        let forwarded = headers!(client = client, replacing &earlier, of origin);
        assert_eq!(forwarded, of(&[("app", Some("1")), ("traceparent", Some(TWO))]));
    }

    #[test]
    fn forwarded_context_stays_without_an_active_span() {
        let earlier = of(&[("app", Some("1")), ("traceparent", Some(ONE))]);
        assert_eq!(headers!(client = client, replacing Some(&earlier)), earlier);
    }
}
