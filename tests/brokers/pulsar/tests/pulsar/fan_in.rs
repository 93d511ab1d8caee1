//! Functions that wait for several messages.

use std::time::Duration;

use linked_span::fan_in;
use linked_span::fan_in::{Arrival, JoinOptions, Memory};
use linked_span::messaging::Received;
use linked_span::messaging::pulsar::describe;
use linked_span_tests_brokers_common::{Inventory, assert_input, install, joined, linked};
use pulsar::consumer::Message;

use crate::in_memory::{ONE, TWO, message};

#[fan_in(
    payment(pulsar, key = payment.key().unwrap_or_default()),
    inventory,
)]
async fn fulfill(payment: &Message<String>, inventory: &Received<Inventory>) -> usize {
    payment.payload.data.len() + inventory.payload().0.len()
}

#[tokio::test]
async fn fan_in_of_two_topics_links_to_both_producers() {
    install();
    let mut received = Vec::new();
    for (topic, context) in [("payments", ONE), ("inventory", TWO)] {
        let mut message = message(topic, 1, &[("traceparent", context)]);
        message.payload.metadata.partition_key = Some("order-pulsar".to_owned());
        received.push(message);
    }
    let joins = Fulfill::new(
        Memory::default(),
        JoinOptions::timeout(Duration::from_secs(60)),
    );
    let inventory = received.pop().expect("a message");
    let payload = Inventory(inventory.key().expect("a key"));
    let described = describe!(&inventory).group("stock");
    let waiting = joins.inventory(Received::new(described, payload)).await;
    assert!(
        matches!(waiting, Ok(Arrival::Waiting { .. })),
        "{waiting:?}"
    );
    let ran = joins.payment(received.pop().expect("a message")).await;
    assert!(matches!(ran, Ok(Arrival::Ran(16))), "{ran:?}");

    let span = joined("fulfill", "order-pulsar");
    assert_eq!(linked(&span), ["1", "2"]);
    for (link, lines) in span.links.links.iter().zip([
        r#"
        link.relationship = "payment"
        messaging.destination.name = "payments"
        "#,
        r#"
        link.relationship = "inventory"
        messaging.destination.name = "inventory"
        messaging.consumer.group.name = "stock"
        "#,
    ]) {
        let common = r#"
            messaging.system = "pulsar"
            messaging.message.id = "26:1:-1"
            messaging.message.body.size = 4
            messaging.pulsar.message.key = "order-pulsar"
            "#;
        assert_input(link, &format!("{lines}{common}"));
    }
}
