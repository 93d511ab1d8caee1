// Functions that wait for several records.

mod fan_in {
    use std::time::Duration;

    use linked_span::fan_in;
    use linked_span::fan_in::{Arrival, JoinOptions, Memory};
    use linked_span::messaging::Received;
    use linked_span::messaging::krafka::{describe, headers};
    use linked_span_tests_brokers_common::{Inventory, assert_input, joined, links_to, produced};

    use super::*;

    fn key_of(record: &ConsumerRecord) -> String {
        let key = record.key.as_deref();
        String::from_utf8_lossy(key.unwrap_or_default()).into_owned()
    }

    #[fan_in(
        payment(krafka, client = client, destination = "payments", key = key_of(payment)),
        inventory,
    )]
    async fn fulfill(payment: &ConsumerRecord, inventory: &Received<Inventory>) -> usize {
        payment.value.as_ref().map_or(0, |value| value.len()) + inventory.payload().0.len()
    }

    #[tokio::test]
    async fn fan_in_of_two_topics_links_to_both_producers() {
        let key = format!("order-{VERSION}");
        let mut producers = Vec::new();
        let mut records = Vec::new();
        for topic in ["fan-in-paid", "fan-in-reserved"].map(topic) {
            producers.push(produced(&topic, |_| {
                let sent = record(&topic, &key, headers!(client = client));
                records.push(received(sent, 0));
            }));
        }

        let joins = Fulfill::new(
            Memory::default(),
            JoinOptions::timeout(Duration::from_secs(60)),
        );
        let inventory = records.pop().expect("a record");
        let payload = Inventory(key_of(&inventory));
        let described = describe!(client = client, &inventory).destination("inventory");
        let waiting = joins.inventory(Received::new(described, payload)).await;
        assert!(matches!(waiting, Ok(Arrival::Waiting { .. })), "{waiting:?}");
        let ran = joins.payment(records.pop().expect("a record")).await;
        let length = 4 + key.len();
        assert!(matches!(ran, Ok(Arrival::Ran(ran)) if ran == length), "{ran:?}");

        let span = joined("fulfill", &key);
        let links = links_to(&span, &producers);
        for (link, (relationship, topic)) in
            links.iter().zip([("payment", "payments"), ("inventory", "inventory")])
        {
            assert_input(
                link,
                &format!(
                    r#"
                    link.relationship = "{relationship}"
                    messaging.system = "kafka"
                    messaging.destination.name = "{topic}"
                    messaging.destination.partition.id = "0"
                    messaging.message.body.size = 4
                    messaging.kafka.offset = 0
                    messaging.kafka.message.key = "{key}"
                    "#
                ),
            );
        }
    }
}
