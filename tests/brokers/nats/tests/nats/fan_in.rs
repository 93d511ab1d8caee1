// Functions that wait for messages of two subjects.

mod fan_in {
    use std::time::Duration;

    use client::jetstream;
    use linked_span::fan_in;
    use linked_span::fan_in::Arrival;
    use linked_span_tests_brokers_common::{assert_input, joined, links_to, produced};

    use super::*;

    fn key_of(payload: &[u8]) -> String {
        String::from_utf8_lossy(payload).into_owned()
    }

    #[fan_in(
        payment(async_nats, client = client, template = "paid.{version}", key = key_of(&payment.payload)),
        inventory(async_nats::jetstream, client = client, key = key_of(&inventory.message.payload)),
    )]
    async fn fulfill(payment: client::Message, inventory: &jetstream::Message) -> usize {
        payment.payload.len() + inventory.payload.len()
    }

    #[tokio::test]
    async fn fan_in_of_a_subject_and_a_stream_links_to_both_producers() {
        let [paid, reserved] = ["fan-in-paid", "fan-in-reserved"].map(subject);
        let connection = connect().await;
        let mut subscription = connection.subscribe(paid.clone()).await.expect("subscribed");
        let context = jetstream::new(connection.clone());
        let stream = context
            .create_stream(jetstream::stream::Config {
                name: format!("fan-in-{VERSION}"),
                subjects: vec![reserved.clone()],
                ..Default::default()
            })
            .await
            .expect("a stream");
        let consumer = stream
            .create_consumer(jetstream::consumer::pull::Config {
                durable_name: Some("stock".to_owned()),
                ..Default::default()
            })
            .await
            .expect("a consumer");
        let mut messages = consumer.messages().await.expect("messages");

        let key = format!("order-{VERSION}");
        let mut producers = Vec::new();
        let mut headers = HeaderMap::new();
        producers.push(produced("send paid", |context| headers = headers_of(context)));
        connection
            .publish_with_headers(paid.clone(), headers, key.clone().into())
            .await
            .expect("sent");
        let mut headers = HeaderMap::new();
        producers.push(produced("send reserved", |context| headers = headers_of(context)));
        context
            .publish_with_headers(reserved.clone(), headers, key.clone().into())
            .await
            .expect("sent")
            .await
            .expect("kept");

        let joins = Fulfill::in_memory(Duration::from_secs(60));
        let inventory = messages.next().await.expect("a message").expect("a message");
        let waiting = joins.inventory(inventory).await.expect("an arrival");
        assert!(matches!(waiting, Arrival::Waiting { .. }), "{waiting:?}");
        let payment = subscription.next().await.expect("a message");
        let ran = joins.payment(payment).await.expect("an arrival");
        assert!(matches!(ran, Arrival::Ran(length) if length == 2 * key.len()), "{ran:?}");

        let span = joined("fulfill", &key);
        let links = links_to(&span, &producers);
        for (link, lines) in links.iter().zip([
            format!(
                r#"
                link.relationship = "payment"
                messaging.system = "nats"
                messaging.destination.name = "{paid}"
                messaging.destination.template = "paid.{{version}}"
                messaging.message.body.size = {}
                "#,
                key.len()
            ),
            format!(
                r#"
                link.relationship = "inventory"
                messaging.system = "nats"
                messaging.destination.name = "{reserved}"
                messaging.consumer.group.name = "stock"
                messaging.message.id = "fan-in-{VERSION}:1"
                messaging.message.body.size = {}
                messaging.nats.message.delivery_count = 1
                "#,
                key.len()
            ),
        ]) {
            assert_input(link, &lines);
        }
    }
}
