//! `messaging.process.duration` of deliveries from a consumer. Its labels do not depend on the client's version.

use std::time::Duration;

use lapin::BasicProperties;
use lapin::message::Delivery;
use linked_span::linked_span;
use linked_span_tests_brokers_common::{assert_measured, install_meters};

use crate::v4::{channel, consume, declare, next, publish, queue};

const PAUSE: Duration = Duration::from_millis(20);

#[linked_span(delivery(lapin, destination = "measured"))]
async fn on_delivery(delivery: &Delivery) -> Result<(), std::fmt::Error> {
    tokio::time::sleep(PAUSE).await;
    match delivery.properties.message_id() {
        Some(id) if id.as_str() == "refused" => Err(std::fmt::Error),
        _ => Ok(()),
    }
}

#[linked_span(deliveries(lapin, template = "measured.{region}"))]
async fn on_deliveries(deliveries: &[Delivery]) -> usize {
    tokio::time::sleep(PAUSE).await;
    deliveries.len()
}

#[tokio::test]
async fn duration_of_consumed_deliveries_has_the_labels_of_their_handlers() {
    install_meters();
    let queue = queue("durations");
    let channel = channel().await;
    declare(&channel, &queue, "classic").await;
    for id in ["order-1", "order-2", "refused"] {
        let properties = BasicProperties::default().with_message_id(id.into());
        publish(&channel, &queue, properties).await;
    }
    let mut consumer = consume(&channel, &queue).await;
    let mut deliveries = Vec::new();
    for is_handled in [true, true, false] {
        let delivery = next(&mut consumer).await;
        assert_eq!(on_delivery(&delivery).await.is_ok(), is_handled);
        deliveries.push(delivery);
    }
    assert_eq!(on_deliveries(&deliveries).await, 3);

    let of_orders = r#"
        messaging.system = "rabbitmq"
        messaging.operation.name = "process"
        messaging.destination.name = "measured"
    "#;
    let refused = format!("{of_orders}\nerror.type = \"core::fmt::Error\"");
    let of_a_batch = r#"
        messaging.system = "rabbitmq"
        messaging.operation.name = "process"
        messaging.destination.template = "measured.{region}"
    "#;
    assert_measured(
        "measured",
        PAUSE,
        &[(of_orders, 2), (&refused, 1), (of_a_batch, 1)],
    );
}
