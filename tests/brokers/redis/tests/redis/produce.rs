// Fields that producers write.

mod produce {
    use std::collections::HashMap;

    use linked_span::messaging::redis::headers;
    use linked_span::{Origin, linked_span};
    use linked_span_tests_brokers_common::{install, produced, span};

    use super::*;

    const ONE: &str = "00-11111111111111111111111111111111-1111111111111111-01";

    fn sorted(mut fields: Vec<(String, Vec<u8>)>) -> Vec<(String, Vec<u8>)> {
        fields.sort();
        fields
    }

    fn field(name: &str, value: &str) -> (String, Vec<u8>) {
        (name.to_owned(), value.into())
    }

    #[test]
    fn headers_of_the_active_span_replace_those_of_an_earlier_hop() {
        let earlier = entry(
            &[
                ("order", Value::BulkString(vec![0xff, 0])),
                ("Traceparent", Value::BulkString(ONE.into())),
                ("tracestate", Value::BulkString("a=1".into())),
                ("baggage", Value::SimpleString("tenant=acme".into())),
            ],
            None,
        );
        let mut headers = Vec::new();
        let producer = produced("forward", |_| {
            headers = headers!(client = client, replacing &earlier.map);
        });
        let (trace, span) = (producer.trace_id(), producer.span_id());
        let expected = [
            ("order".to_owned(), vec![0xff, 0]),
            field("traceparent", &format!("00-{trace}-{span}-01")),
        ];
        assert_eq!(sorted(headers), expected);
        assert_eq!(headers!(client = client, replacing earlier.map).len(), 4);
    }

    #[test]
    fn headers_of_an_origin_are_written_and_none_without_one() {
        assert!(headers!(client = client).is_empty());
        let origin: Origin = linked_span::extract(&[("traceparent", ONE), ("baggage", "tenant=acme")]);
        let expected = [field("baggage", "tenant=acme"), field("traceparent", ONE)];
        assert_eq!(sorted(headers!(client = client, of &origin)), expected);
        let none: Option<HashMap<String, Value>> = None;
        assert_eq!(sorted(headers!(client = client, replacing none, of origin)), expected);
    }

    #[linked_span(send(stream, system = "redis"))]
    async fn publish(connection: &mut MultiplexedConnection, stream: &str) {
        let mut fields = headers!(client = client);
        fields.push(("order".into(), "7".into()));
        add(connection, stream, &fields).await;
    }

    #[linked_span(entry(redis, client = client, destination = stream("sent")))]
    fn on_sent(entry: &StreamId) {}

    #[tokio::test(flavor = "multi_thread")]
    async fn context_of_the_sending_span_arrives_at_the_consumer() {
        install();
        let mut connection = connect().await;
        let stream = stream("sent");
        create(&mut connection, &stream).await;
        publish(&mut connection, &stream).await;
        on_sent(&read(&mut connection, &stream).await[0]);
        let sent = span(&format!("send {stream}"));
        let received = span(&format!("process {stream}"));
        assert_eq!(
            received.links.links[0].span_context.span_id(),
            sent.span_context.span_id()
        );
    }
}
