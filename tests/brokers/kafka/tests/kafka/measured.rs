//! `messaging.process.duration` of messages from a consumer. Its labels do not depend on the client's version.

use std::time::Duration;

use linked_span::linked_span;
use linked_span_tests_brokers_common::{assert_measured, install_meters};
use rdkafka::message::{BorrowedMessage, Message, OwnedMessage};

use crate::v0_39::{consumer, send, topic};

const PAUSE: Duration = Duration::from_millis(20);

#[linked_span(message(rdkafka, destination = "measured", group = "billing"))]
async fn on_message(message: &BorrowedMessage<'_>) -> Result<(), std::fmt::Error> {
    tokio::time::sleep(PAUSE).await;
    match message.payload() {
        Some(b"paid") => Ok(()),
        _ => Err(std::fmt::Error),
    }
}

#[linked_span(messages(rdkafka, template = "measured-{region}", group = "analytics"))]
async fn on_batch(messages: &[OwnedMessage]) -> usize {
    tokio::time::sleep(PAUSE).await;
    messages.len()
}

/// A topic that only the message has is no label: a program may have thousands.
#[linked_span(message(rdkafka, group = "measured by group"))]
async fn on_any_topic(message: &OwnedMessage) {
    tokio::time::sleep(PAUSE).await;
}

#[tokio::test]
async fn duration_of_consumed_messages_has_the_labels_of_their_handlers() {
    install_meters();
    let topic = topic("durations");
    for payload in ["paid", "paid", "refused"] {
        send(&topic, "order-7", Some(payload), None).await;
    }
    let consumer = consumer(&topic);
    let mut kept = Vec::new();
    for is_handled in [true, true, false] {
        let message = consumer.recv().await.expect("a message");
        assert_eq!(on_message(&message).await.is_ok(), is_handled);
        kept.push(message.detach());
    }
    assert_eq!(on_batch(&kept).await, 3);
    on_any_topic(&kept[0]).await;

    let of_orders = r#"
        messaging.system = "kafka"
        messaging.operation.name = "process"
        messaging.destination.name = "measured"
        messaging.consumer.group.name = "billing"
    "#;
    let refused = format!("{of_orders}\nerror.type = \"core::fmt::Error\"");
    let of_a_batch = r#"
        messaging.system = "kafka"
        messaging.operation.name = "process"
        messaging.destination.template = "measured-{region}"
        messaging.consumer.group.name = "analytics"
    "#;
    let of_any_topic = r#"
        messaging.system = "kafka"
        messaging.operation.name = "process"
        messaging.consumer.group.name = "measured by group"
    "#;
    assert_measured(
        "measured",
        PAUSE,
        &[
            (of_orders, 2),
            (&refused, 1),
            (of_a_batch, 1),
            (of_any_topic, 1),
        ],
    );
}
