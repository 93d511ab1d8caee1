// Functions that wait for deliveries of two queues.

mod fan_in {
    use std::time::Duration;

    use linked_span::fan_in;
    use linked_span::fan_in::{Arrival, JoinOptions, Memory};
    use linked_span::messaging::Received;
    use linked_span::messaging::fe2o3_amqp::{describe, headers};
    use linked_span_tests_brokers_common::{Inventory, assert_input, joined, links_to, produced};

    use super::*;

    #[fan_in(
        payment(
            fe2o3_amqp,
            client = client,
            system = "rabbitmq",
            destination = "payments",
            key = payment.body().clone(),
        ),
        inventory,
    )]
    async fn fulfill(payment: &Delivery<String>, inventory: &Received<Inventory>) -> usize {
        payment.body().len() + inventory.payload().0.len()
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn fan_in_of_two_queues_links_to_both_producers() {
        let key = format!("order-{VERSION}");
        let mut connected = connect().await;
        let mut producers = Vec::new();
        let mut deliveries = Vec::new();
        let mut receivers = Vec::new();
        for queue in ["fan-in-paid", "fan-in-reserved"].map(queue) {
            let mut sent = None;
            producers.push(produced(&queue, |_| {
                sent = Some(message(headers!(client = client)));
            }));
            let mut sent = sent.expect("a message");
            sent.body.clone_from(&key);
            send(&mut connected, &queue, sent).await;
            let mut receiver = receiver(&mut connected, &queue).await;
            deliveries.push(next(&mut receiver).await);
            receivers.push(receiver);
        }

        let joins = Fulfill::new(
            Memory::default(),
            JoinOptions::timeout(Duration::from_secs(60)),
        );
        let inventory = deliveries.pop().expect("a delivery");
        let described = describe!(client = client, &inventory).destination("inventory");
        let inventory = Received::new(described, Inventory(inventory.body().clone()));
        let waiting = joins.inventory(inventory).await;
        assert!(matches!(waiting, Ok(Arrival::Waiting { .. })), "{waiting:?}");
        let ran = joins.payment(deliveries.pop().expect("a delivery")).await;
        let length = 2 * key.len();
        assert!(matches!(ran, Ok(Arrival::Ran(ran)) if ran == length), "{ran:?}");

        let span = joined("fulfill", &key);
        let links = links_to(&span, &producers);
        for (link, (relationship, destination, system)) in links.iter().zip([
            ("payment", "payments", "rabbitmq"),
            ("inventory", "inventory", "amqp"),
        ]) {
            assert_input(
                link,
                &format!(
                    r#"
                    link.relationship = "{relationship}"
                    messaging.system = "{system}"
                    messaging.destination.name = "{destination}"
                    messaging.{system}.message.delivery_count = 1
                    "#
                ),
            );
        }
    }
}
