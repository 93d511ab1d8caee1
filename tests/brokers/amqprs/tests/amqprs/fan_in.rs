//! Functions that wait for messages of two queues.

use std::time::Duration;

use amqprs::BasicProperties;
use amqprs::channel::ConsumerMessage;
use linked_span::fan_in;
use linked_span::fan_in::{Arrival, JoinOptions, Memory};
use linked_span::messaging::Received;
use linked_span::messaging::amqprs::describe;
use linked_span_tests_brokers_common::{Inventory, assert_input, joined, links_to};

use crate::server::{channel, consume, declare, next, produced_headers, publish, queue};

fn key_of(message: &ConsumerMessage) -> String {
    let properties = message.basic_properties.as_ref();
    let id = properties.and_then(BasicProperties::correlation_id);
    id.cloned().unwrap_or_default()
}

#[fan_in(
    payment(amqprs, destination = "payments", key = key_of(payment)),
    inventory,
)]
async fn fulfill(payment: &ConsumerMessage, inventory: &Received<Inventory>) -> usize {
    payment.content.as_ref().map_or(0, Vec::len) + inventory.payload().0.len()
}

#[tokio::test(flavor = "multi_thread")]
async fn fan_in_of_two_queues_links_to_both_producers() {
    let [paid, reserved] = ["fan-in-paid", "fan-in-reserved"].map(queue);
    let key = "order-amqprs";
    let channel = channel().await;
    let mut producers = Vec::new();
    let mut messages = Vec::new();
    for queue in [&paid, &reserved] {
        declare(&channel, queue, "classic").await;
        let (headers, producer) = produced_headers(queue);
        producers.push(producer);
        let mut properties = BasicProperties::default();
        properties.with_headers(headers).with_correlation_id(key);
        publish(&channel, queue, properties).await;
        messages.push(next(&mut consume(&channel, queue).await).await);
    }

    let joins = Fulfill::new(
        Memory::default(),
        JoinOptions::timeout(Duration::from_secs(60)),
    );
    let inventory = messages.pop().expect("a message");
    let payload = Inventory(key_of(&inventory));
    let inventory = Received::new(describe!(&inventory), payload);
    // The client's message has no `Debug`.
    let waiting = joins.inventory(inventory).await;
    assert!(matches!(waiting, Ok(Arrival::Waiting { .. })));
    let payment = messages.pop().expect("a message");
    let ran = joins.payment(payment).await;
    assert!(matches!(ran, Ok(Arrival::Ran(length)) if length == 4 + key.len()));

    let span = joined("fulfill", key);
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
