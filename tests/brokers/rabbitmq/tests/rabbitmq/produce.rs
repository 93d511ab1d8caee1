// Headers that producers write.

mod produce {
    use linked_span::Origin;
    use linked_span::messaging::lapin::headers;
    use linked_span_tests_brokers_common::{produced, span};

    use super::*;

    const ONE: &str = "00-11111111111111111111111111111111-1111111111111111-01";

    fn text(headers: &FieldTable, name: &str) -> Option<String> {
        match headers.inner().get(name)? {
            AMQPValue::LongString(text) => Some(text.to_string()),
            _ => None,
        }
    }

    #[test]
    fn headers_of_the_active_span_replace_those_of_an_earlier_hop() {
        let mut earlier = FieldTable::default();
        earlier.insert("app".into(), AMQPValue::LongInt(7));
        earlier.insert("Traceparent".into(), AMQPValue::LongString(ONE.into()));
        earlier.insert("baggage".into(), AMQPValue::LongString("tenant=acme".into()));
        let properties = BasicProperties::default().with_headers(earlier);
        let mut headers = FieldTable::default();
        let producer = produced("forward", |_| {
            headers = headers!(client = client, replacing properties.headers());
        });
        let (trace, span) = (producer.trace_id(), producer.span_id());
        assert_eq!(text(&headers, "traceparent"), Some(format!("00-{trace}-{span}-01")));
        assert_eq!(headers.inner().get("app"), Some(&AMQPValue::LongInt(7)));
        assert_eq!(headers.inner().len(), 2);
    }

    #[test]
    fn headers_of_an_origin_are_written_and_none_without_one() {
        assert!(headers!(client = client).inner().is_empty());
        let origin: Origin = linked_span::extract(&[("traceparent", ONE)]);
        let headers = headers!(client = client, of origin);
        assert_eq!(text(&headers, "traceparent").as_deref(), Some(ONE));
    }

    #[linked_span::linked_span(delivery(lapin, client = client))]
    fn on_delivery(delivery: &Delivery) {}

    #[tokio::test(flavor = "multi_thread")]
    async fn headers_of_the_active_span_arrive_at_the_consumer() {
        let queue = queue("produced");
        let channel = channel().await;
        declare(&channel, &queue, "classic").await;
        let mut properties = BasicProperties::default();
        let producer = produced("send produced", |_| {
            properties = BasicProperties::default().with_headers(headers!(client = client));
        });
        publish(&channel, &queue, properties).await;
        on_delivery(&next(&mut consume(&channel, &queue).await).await);
        let span = span(&format!("process {queue}"));
        assert_eq!(span.links.links[0].span_context.span_id(), producer.span_id());
    }
}
