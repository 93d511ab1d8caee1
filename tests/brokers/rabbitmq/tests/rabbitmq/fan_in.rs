// Functions that wait for deliveries of two queues.

mod fan_in {
    use std::time::Duration;

    use linked_span::fan_in;
    use linked_span::fan_in::{Arrival, JoinOptions, Memory};
    use linked_span::messaging::Received;
    use linked_span::messaging::lapin::describe;
    use linked_span_tests_brokers_common::{Inventory, assert_input, joined, links_to, produced};

    use super::*;

    fn key_of(delivery: &Delivery) -> String {
        let id = delivery.properties.correlation_id().as_ref();
        id.map(|id| id.as_str().to_owned()).unwrap_or_default()
    }

    #[fan_in(
        payment(lapin, client = client, destination = "payments", key = key_of(payment)),
        inventory,
    )]
    async fn fulfill(payment: &Delivery, inventory: &Received<Inventory>) -> usize {
        payment.data.len() + inventory.payload().0.len()
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn fan_in_of_two_queues_links_to_both_producers() {
        let [paid, reserved] = ["fan-in-paid", "fan-in-reserved"].map(queue);
        let key = format!("order-{VERSION}");
        let channel = channel().await;
        let mut producers = Vec::new();
        let mut deliveries = Vec::new();
        for queue in [&paid, &reserved] {
            declare(&channel, queue, "classic").await;
            let mut headers = FieldTable::default();
            producers.push(produced(queue, |context| headers = headers_of(context)));
            let properties = BasicProperties::default()
                .with_headers(headers)
                .with_correlation_id(key.as_str().into());
            publish(&channel, queue, properties).await;
            deliveries.push(next(&mut consume(&channel, queue).await).await);
        }

        let options = JoinOptions::timeout(Duration::from_secs(60));
        let joins = Fulfill::new(Memory::default(), options);
        let inventory = deliveries.pop().expect("a delivery");
        let payload = Inventory(key_of(&inventory));
        let described = describe!(client = client, &inventory);
        let waiting = joins.inventory(Received::new(described, payload)).await.expect("an arrival");
        assert!(matches!(waiting, Arrival::Waiting { .. }), "{waiting:?}");
        let payment = deliveries.pop().expect("a delivery");
        let ran = joins.payment(payment).await.expect("an arrival");
        assert!(matches!(ran, Arrival::Ran(length) if length == 4 + key.len()), "{ran:?}");

        let span = joined("fulfill", &key);
        let links = links_to(&span, &producers);
        for (link, (relationship, destination, routing_key, tag)) in links.iter().zip([
            ("payment", "payments", &paid, 1),
            ("inventory", reserved.as_str(), &reserved, 2),
        ]) {
            assert_input(
                link,
                &format!(
                    r#"
                    link.relationship = "{relationship}"
                    messaging.system = "rabbitmq"
                    messaging.destination.name = "{destination}"
                    messaging.message.conversation_id = "{key}"
                    messaging.message.body.size = 4
                    messaging.rabbitmq.destination.routing_key = "{routing_key}"
                    messaging.rabbitmq.message.delivery_tag = {tag}
                    "#
                ),
            );
        }
    }
}
