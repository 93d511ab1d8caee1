// User properties that producers write.

mod produce {
    use linked_span::messaging::rumqttc::headers;
    use linked_span::{Origin, linked_span};
    use linked_span_tests_brokers_common::{assert_attributes, install, produced, span};

    use super::*;

    const ONE: &str = "00-11111111111111111111111111111111-1111111111111111-01";

    fn pair(name: &str, value: &str) -> (String, String) {
        (name.to_owned(), value.to_owned())
    }

    #[test]
    fn headers_of_the_active_span_replace_those_of_an_earlier_hop() {
        let earlier = message(
            "orders",
            &[
                ("app", "1"),
                ("Traceparent", ONE),
                ("tracestate", "a=1"),
                ("app", "2"),
                ("baggage", "tenant=acme"),
            ],
        );
        let mut headers = Vec::new();
        let producer = produced("forward", |_| {
            headers = headers!(client = client, replacing earlier.properties);
        });
        let (trace, span) = (producer.trace_id(), producer.span_id());
        let context = format!("00-{trace}-{span}-01");
        assert_eq!(headers, [pair("app", "1"), pair("app", "2"), pair("traceparent", &context)]);
        assert_eq!(headers!(client = client, replacing earlier.properties).len(), 5);
    }

    #[test]
    fn headers_of_an_origin_are_written_and_none_without_one() {
        assert!(headers!(client = client).is_empty());
        let origin: Origin = linked_span::extract(&[("traceparent", ONE)]);
        assert_eq!(headers!(client = client, of origin), [pair("traceparent", ONE)]);
    }

    #[linked_span(send(topic.to_owned(), system = "mqtt", template = format!("sent/{{id}}/{VERSION}")))]
    async fn publish(client: &AsyncClient, topic: &str) {
        send(client, topic, properties(headers!(client = client))).await;
    }

    #[linked_span(publish(rumqttc, client = client, template = format!("sent/{{id}}/{VERSION}")))]
    fn on_sent(publish: &Publish) {
        assert_eq!(publish.payload, "paid");
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn context_of_the_sending_span_arrives_at_the_consumer() {
        install();
        let topic = format!("sent/17/{VERSION}");
        let (client, mut events) = subscribe("sent", &topic).await;
        publish(&client, &topic).await;
        on_sent(&next(&mut events).await);
        let sent = span(&format!("send sent/{{id}}/{VERSION}"));
        assert_attributes(
            &sent.attributes,
            &format!(
                r#"
                messaging.system = "mqtt"
                messaging.operation.name = "send"
                messaging.operation.type = "send"
                messaging.destination.name = "{topic}"
                messaging.destination.template = "sent/{{id}}/{VERSION}"
                "#
            ),
        );
        let received = span(&format!("process sent/{{id}}/{VERSION}"));
        assert_eq!(
            received.links.links[0].span_context.span_id(),
            sent.span_context.span_id()
        );
    }

    #[linked_span(publish(rumqttc, client = client, template = format!("kept/{VERSION}")))]
    fn on_kept(publish: &Publish) {}

    #[tokio::test(flavor = "multi_thread")]
    async fn retained_message_is_linked_to_its_producer() {
        let topic = format!("kept/{VERSION}");
        let (client, mut events) = subscribe("keeper", "nothing").await;
        let mut sent = PublishProperties::default();
        let producer = produced("send kept", |context| sent = properties(properties_of(context)));
        client
            .publish_with_properties(&topic, QoS::AtLeastOnce, true, "paid", sent)
            .await
            .expect("sent");
        while !matches!(events.poll().await, Ok(Event::Incoming(Packet::PubAck(_)))) {}

        let (_client, mut events) = subscribe("late", &topic).await;
        let publish = next(&mut events).await;
        assert!(publish.retain);
        on_kept(&publish);
        let links = span(&format!("process {topic}")).links.links;
        assert_eq!(links[0].span_context.span_id(), producer.span_id());
    }
}
