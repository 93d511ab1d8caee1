//! `messaging.process.duration` of a client's message, without a server. Its labels do not depend on the client's version.

use std::time::Duration;

use async_nats::Message;
use linked_span::linked_span;
use linked_span_tests_brokers_common::{assert_measured, install_meters};

#[linked_span(message(async_nats, destination = "measured", group = "billing"))]
async fn on_message(message: &Message) -> Result<(), std::fmt::Error> {
    if message.payload.is_empty() {
        Err(std::fmt::Error)
    } else {
        Ok(())
    }
}

#[linked_span(messages(async_nats, template = "measured.{region}"))]
fn on_batch(messages: &[Message]) {}

fn message(payload: &'static str) -> Message {
    Message {
        subject: "orders.created.7".into(),
        reply: None,
        payload: payload.into(),
        headers: None,
        status: None,
        description: None,
        length: 0,
    }
}

#[tokio::test]
async fn duration_of_a_message_has_the_labels_of_its_handler() {
    install_meters();

    on_message(&message("paid")).await.expect("handled");
    on_message(&message("paid")).await.expect("handled");
    on_message(&message("")).await.expect_err("refused");
    on_batch(&[message("one"), message("two")]);

    let of_orders = r#"
        messaging.system = "nats"
        messaging.operation.name = "process"
        messaging.destination.name = "measured"
        messaging.consumer.group.name = "billing"
    "#;
    let of_a_batch = r#"
        messaging.system = "nats"
        messaging.operation.name = "process"
        messaging.destination.template = "measured.{region}"
    "#;
    let refused = format!("{of_orders}\nerror.type = \"core::fmt::Error\"");
    assert_measured(
        "measured",
        Duration::ZERO,
        &[(of_orders, 2), (&refused, 1), (of_a_batch, 1)],
    );
}
