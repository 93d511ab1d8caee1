// Headers that producers write.

mod produce {
    use linked_span::Origin;
    use linked_span::messaging::rskafka::headers;
    use linked_span_tests_brokers_common::produced;

    use super::*;

    #[test]
    fn forwarded_headers_keep_all_but_the_trace_fields() {
        let earlier = of(&[
            ("Tracestate", "a=1"),
            ("app", "1"),
            ("baggage", "tenant=acme"),
            ("traceparent", ONE),
        ]);
        let received = record("key", earlier.clone());
        let mut forwarded = Headers::new();
        let producer = produced("forward", |_| {
            forwarded = headers!(client = client, replacing received.headers);
        });
        let (trace, span) = (producer.trace_id(), producer.span_id());
        let context = format!("00-{trace}-{span}-01");
        assert_eq!(forwarded, of(&[("app", "1"), ("traceparent", &context)]));
        assert_eq!(received.headers, earlier);
    }

    #[test]
    fn headers_of_an_origin_are_written_and_none_without_one() {
        assert_eq!(headers!(client = client), Headers::new());
        let origin: Origin = linked_span::extract(&[("traceparent", TWO)]);
        assert_eq!(headers!(client = client, of &origin), of(&[("traceparent", TWO)]));
        let earlier = of(&[("app", "1"), ("traceparent", ONE)]);
        let forwarded = headers!(client = client, replacing &earlier, of origin);
        assert_eq!(forwarded, of(&[("app", "1"), ("traceparent", TWO)]));
    }

    #[test]
    fn forwarded_context_stays_without_an_active_span() {
        let earlier = of(&[("app", "1"), ("traceparent", ONE)]);
        assert_eq!(headers!(client = client, replacing Some(&earlier)), earlier);
    }
}
