//! Functions that wait for messages of two queues.

use azservicebus::{ServiceBusMessage, ServiceBusReceivedMessage};
use std::time::Duration;

use linked_span::fan_in;
use linked_span::fan_in::{Arrival, JoinOptions, Memory};
use linked_span::messaging::Received;
use linked_span::messaging::azservicebus::describe;
use linked_span_tests_brokers_common::{Inventory, assert_input, install, joined, linked};

use crate::queue::{Connected, ONE, TWO, queue};
use crate::service::{ENQUEUED, properties};

fn key_of(message: &ServiceBusReceivedMessage) -> String {
    message.correlation_id().unwrap_or_default().into_owned()
}

#[fan_in(
    payment(
        azservicebus,
        destination = "payments",
        key = key_of(payment),
    ),
    inventory,
)]
async fn fulfill(payment: &ServiceBusReceivedMessage, inventory: &Received<Inventory>) -> usize {
    payment.body().map_or(0, <[u8]>::len) + inventory.payload().0.len()
}

#[tokio::test(flavor = "multi_thread")]
async fn fan_in_of_two_queues_links_to_both_producers() {
    install();
    let key = String::from("order-servicebus");
    let mut connected = Connected::new().await;
    let mut messages = Vec::new();
    let queue = queue("fan-in");
    let mut receiver = connected.receiver(&queue).await;
    for context in [ONE, TWO] {
        let mut sent = ServiceBusMessage::new("paid");
        sent.set_correlation_id(key.clone());
        *sent.application_properties_mut() = Some(properties(&[("traceparent", context)]));
        connected.send(&queue, sent).await;
        messages.push(receiver.receive_message().await.expect("a message"));
    }

    let joins = Fulfill::new(
        Memory::default(),
        JoinOptions::timeout(Duration::from_secs(60)),
    );
    let inventory = messages.pop().expect("a message");
    let described = describe!(&inventory).destination("inventory");
    let inventory = Received::new(described, Inventory(key_of(&inventory)));
    let waiting = joins.inventory(inventory).await;
    assert!(
        matches!(waiting, Ok(Arrival::Waiting { .. })),
        "{waiting:?}"
    );
    let ran = joins.payment(messages.pop().expect("a message")).await;
    let length = 4 + key.len();
    assert!(
        matches!(ran, Ok(Arrival::Ran(ran)) if ran == length),
        "{ran:?}"
    );

    let span = joined("fulfill", &key);
    assert_eq!(linked(&span), ["1", "2"]);
    for (link, (relationship, destination)) in span
        .links
        .links
        .iter()
        .zip([("payment", "payments"), ("inventory", "inventory")])
    {
        assert_input(
            link,
            &format!(
                r#"
                link.relationship = "{relationship}"
                messaging.system = "servicebus"
                messaging.destination.name = "{destination}"
                messaging.message.conversation_id = "{key}"
                messaging.message.body.size = 4
                messaging.servicebus.message.delivery_count = 1
                messaging.servicebus.message.enqueued_time = {}
                "#,
                ENQUEUED / 1_000
            ),
        );
    }
}
