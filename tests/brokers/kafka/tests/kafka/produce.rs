// Headers that producers write.

mod produce {
    use linked_span::messaging::rdkafka::headers;
    use linked_span::{Origin, linked_span};
    use linked_span_tests_brokers_common::{produced, span};
    use opentelemetry::KeyValue;
    use opentelemetry::baggage::BaggageExt as _;

    use super::*;

    fn pairs(headers: &OwnedHeaders) -> Vec<(String, Option<Vec<u8>>)> {
        let headers = (0..headers.count()).map(|place| headers.get(place));
        headers.map(|header| (header.key.to_owned(), header.value.map(<[u8]>::to_vec))).collect()
    }

    fn names(headers: &OwnedHeaders) -> Vec<String> {
        pairs(headers).into_iter().map(|(name, _)| name).collect()
    }

    #[linked_span(message(rdkafka, client = client))]
    async fn on_order(message: OwnedMessage) {}

    #[tokio::test]
    async fn headers_of_the_active_span_arrive_at_the_consumer() {
        let topic = topic("produced");
        let mut headers = None;
        let producer = produced("send produced", |_| headers = Some(headers!(client = client)));
        send(&topic, "key", Some("paid"), headers).await;
        let message = consumer(&topic).recv().await.expect("a message").detach();
        on_order(message).await;
        let span = span(&format!("process {topic}"));
        assert_eq!(span.links.links[0].span_context.span_id(), producer.span_id());
    }

    #[test]
    fn nothing_is_written_without_an_active_span() {
        assert_eq!(names(&headers!(client = client)).len(), 0);
        assert_eq!(names(&headers!(client = client, of Origin::default())).len(), 0);
    }

    #[test]
    fn forwarded_headers_keep_all_but_the_trace_fields() {
        let earlier = [
            ("app", Some("1")),
            ("traceparent", Some(ONE)),
            ("app", Some("2")),
            ("Tracestate", Some("a=1")),
            ("null", None),
            ("baggage", Some("tenant=acme")),
            ("traceparent", Some(ONE)),
        ];
        let message = record("forwarded", 7, &earlier);
        let mut forwarded = None;
        let producer = produced("forward", |_| {
            forwarded = Some(headers!(client = client, replacing message.headers()));
        });
        let forwarded = pairs(&forwarded.expect("headers"));
        let (trace, span) = (producer.trace_id(), producer.span_id());
        let expected = [
            ("app".to_owned(), Some(b"1".to_vec())),
            ("app".to_owned(), Some(b"2".to_vec())),
            ("null".to_owned(), None),
            ("traceparent".to_owned(), Some(format!("00-{trace}-{span}-01").into_bytes())),
        ];
        assert_eq!(forwarded, expected);
        assert_eq!(message.headers().map(Headers::count), Some(earlier.len()));
    }

    #[test]
    fn forwarded_context_stays_without_an_active_span() {
        let message = record("kept", 7, &[("traceparent", Some(ONE)), ("app", Some("1"))]);
        let kept = headers!(client = client, replacing message.headers());
        assert_eq!(names(&kept), ["traceparent", "app"]);
    }

    #[test]
    fn headers_that_cannot_be_read_stay_and_the_last_context_is_this_hops() {
        let broken = with_a_broken_name(OwnedHeaders::new().insert(Header {
            key: "traceparent",
            value: Some(ONE),
        }));
        let origin: Origin = linked_span::extract(&[("traceparent", TWO)]);
        let forwarded = headers!(client = client, replacing &broken, of &origin);
        assert_eq!(forwarded.count(), 3);
        assert_eq!(forwarded.get(2).value, Some(TWO.as_bytes()));
        assert_eq!(broken.count(), 2);
    }

    #[test]
    fn outbox_writes_a_stored_origin_with_its_baggage_and_nothing_of_the_active_span() {
        let stored = linked_span::extract(&[("traceparent", TWO), ("baggage", "tenant=acme")]);
        let mut headers = None;
        produced("poll the outbox", |context| {
            let _active = context.with_baggage([KeyValue::new("poller", "1")]).attach();
            headers = Some(headers!(client = client, of &stored));
        });
        let expected = [
            ("traceparent".to_owned(), Some(TWO.as_bytes().to_vec())),
            ("baggage".to_owned(), Some(b"tenant=acme".to_vec())),
        ];
        assert_eq!(pairs(&headers.expect("headers")), expected);
    }
}
