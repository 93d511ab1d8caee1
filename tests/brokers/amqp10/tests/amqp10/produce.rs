// Application properties that producers write.

mod produce {
    use linked_span::Origin;
    use linked_span::messaging::fe2o3_amqp::headers;
    use linked_span_tests_brokers_common::produced;

    use super::*;

    #[test]
    fn forwarded_properties_keep_all_but_the_trace_fields() {
        let mut earlier = properties(&[("app", "1"), ("Traceparent", ONE), ("baggage", "a=1")]);
        earlier.0.insert("count".to_owned(), SimpleValue::Int(7));
        let received = message(earlier);
        let mut forwarded = ApplicationProperties::default();
        let producer = produced("forward", |_| {
            forwarded = headers!(client = client, replacing received.application_properties);
        });
        let (trace, span) = (producer.trace_id(), producer.span_id());
        let mut expected = properties(&[("app", "1")]);
        expected.0.insert("count".to_owned(), SimpleValue::Int(7));
        let context = SimpleValue::String(format!("00-{trace}-{span}-01"));
        expected.0.insert("traceparent".to_owned(), context);
        assert_eq!(forwarded, expected);
    }

    #[test]
    fn properties_of_an_origin_are_written_and_none_without_one() {
        assert_eq!(headers!(client = client), properties(&[]));
        let origin: Origin = linked_span::extract(&[("traceparent", TWO)]);
        assert_eq!(headers!(client = client, of &origin), properties(&[("traceparent", TWO)]));
        let earlier = properties(&[("traceparent", ONE), ("app", "1")]);
        let forwarded = headers!(client = client, replacing &earlier, of origin);
        assert_eq!(forwarded, properties(&[("app", "1"), ("traceparent", TWO)]));
    }
}
