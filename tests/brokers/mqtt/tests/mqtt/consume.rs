// Handlers of one message and of a batch.

mod consume {
    use linked_span::linked_span;
    use linked_span_tests_brokers_common::{assert_attributes, install, link_to, produced, span, spans, spawnable};
    use opentelemetry::trace::SpanKind;

    use super::*;

    #[linked_span(publish(rumqttc, client = client))]
    async fn on_message(publish: &Publish) -> usize {
        publish.payload.len()
    }

    /// A topic without a digit, which the name of this version has.
    fn topic(test: &str) -> String {
        let version = VERSION.replace("v0_2", "").replace('4', "older").replace('5', "newer");
        format!("{test}/{version}")
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn message_of_a_topic_is_linked_and_described() {
        let topic = topic("orders");
        let (client, mut events) = subscribe("orders", &topic).await;
        let mut sent = PublishProperties::default();
        let producer = produced("send orders", |context| sent = properties(properties_of(context)));
        sent.correlation_data = Some("cart-1".into());
        send(&client, &topic, sent).await;

        assert_eq!(spawnable(on_message(&next(&mut events).await)).await, 4);

        let span = span(&format!("process {topic}"));
        assert_eq!(span.span_kind, SpanKind::Consumer);
        assert_attributes(
            &span.attributes,
            &format!(
                r#"
                messaging.system = "mqtt"
                messaging.operation.name = "process"
                messaging.operation.type = "process"
                messaging.destination.name = "{topic}"
                messaging.message.conversation_id = "cart-1"
                messaging.message.body.size = 4
                "#
            ),
        );
        let link = link_to(&span, &producer);
        assert_attributes(&link.attributes, r#"link.relationship = "triggered_by""#);
    }

    #[linked_span(batch(rumqttc, client = client, template = format!("devices/{{id}}/{VERSION}")))]
    async fn on_batch(batch: &[Publish]) -> usize {
        batch.len()
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn batch_of_topics_with_a_template_is_linked_to_each_message() {
        let (client, mut events) = subscribe("batch", &format!("devices/+/{VERSION}")).await;
        let mut producers = Vec::new();
        let mut batch = Vec::new();
        for device in [17, 18] {
            let mut sent = PublishProperties::default();
            producers.push(produced("send batch", |context| sent = properties(properties_of(context))));
            send(&client, &format!("devices/{device}/{VERSION}"), sent).await;
            batch.push(next(&mut events).await);
        }

        assert_eq!(spawnable(on_batch(&batch)).await, 2);

        let span = span(&format!("process devices/{{id}}/{VERSION}"));
        assert_attributes(
            &span.attributes,
            &format!(
                r#"
                messaging.system = "mqtt"
                messaging.operation.name = "process"
                messaging.operation.type = "process"
                messaging.batch.message_count = 2
                messaging.destination.template = "devices/{{id}}/{VERSION}"
                messaging.message.body.size = 4
                "#
            ),
        );
        let links = &span.links.links;
        assert_eq!(links.len(), 2);
        for ((link, producer), device) in links.iter().zip(&producers).zip(17..) {
            assert_eq!(link.span_context.span_id(), producer.span_id());
            assert_attributes(
                &link.attributes,
                &format!("messaging.destination.name = \"devices/{device}/{VERSION}\""),
            );
        }
    }

    #[linked_span(publish(rumqttc, client = client), attributes(test = VERSION))]
    fn on_nameless(publish: &Publish) {}

    #[linked_span(publish(rumqttc, client = client, template = format!("named/{{id}}/{VERSION}")))]
    fn on_named(publish: &Publish) {}

    #[test]
    fn topic_with_an_id_is_no_name_unless_a_template_is_given() {
        install();
        let id = format!("devices/sensor-17/{VERSION}");
        on_nameless(&message(&id, &[]));
        let found = spans("process").into_iter().filter(|span| {
            let attributes = linked_span_tests_brokers_common::attributes(&span.attributes);
            attributes.get("messaging.destination.name") == Some(&format!("{id:?}"))
        });
        assert_eq!(found.count(), 1);
        on_named(&message(&id, &[]));
        let named = span(&format!("process named/{{id}}/{VERSION}"));
        assert_attributes(
            &named.attributes,
            &format!(
                r#"
                messaging.system = "mqtt"
                messaging.operation.name = "process"
                messaging.operation.type = "process"
                messaging.destination.name = "{id}"
                messaging.destination.template = "named/{{id}}/{VERSION}"
                messaging.message.body.size = 4
                "#
            ),
        );
    }

    #[linked_span(publish(rumqttc, client = client), name = format!("{name} {VERSION}"))]
    fn on_any(publish: &Publish, name: &str) {}

    fn linked(name: &str, publish: &Publish) -> Vec<String> {
        install();
        on_any(publish, name);
        let links = span(&format!("{name} {VERSION}")).links.links;
        let ids = links.iter().map(|link| link.span_context.span_id().to_string());
        ids.collect()
    }

    const ONE: &str = "00-11111111111111111111111111111111-1111111111111111-01";
    const TWO: &str = "00-22222222222222222222222222222222-2222222222222222-01";

    #[test]
    fn message_without_properties_makes_no_link() {
        let mut publish = message("orders", &[("Traceparent", ONE)]);
        assert_eq!(linked("case", &publish), ["1111111111111111"]);
        publish.properties = None;
        assert!(linked("no properties", &publish).is_empty());
        publish.topic = vec![0xff, 0xfe].into();
        assert!(linked("topic that is not UTF-8", &publish).is_empty());
    }

    #[test]
    fn contexts_that_contradict_each_other_make_no_link() {
        let publish = message("orders", &[("traceparent", ONE), ("traceparent", TWO)]);
        assert!(linked("two contexts", &publish).is_empty());
        let publish = message("orders", &[("traceparent", ONE), ("traceparent", ONE)]);
        assert_eq!(linked("the same context twice", &publish), ["1111111111111111"]);
    }
}
