//! The events, their handler, and their producers.

use std::time::Duration;

use linked_span::{LinkedEvent, Origin, fan_in};
use linked_span_examples::Failure;
use opentelemetry::global;
use opentelemetry::trace::Tracer;
use serde::{Deserialize, Serialize};

#[derive(Clone, Deserialize, LinkedEvent, Serialize)]
pub(crate) struct PaymentConfirmed {
    #[event(key)]
    order_id: String,
    metadata: Origin,
}

#[derive(Clone, Deserialize, LinkedEvent, Serialize)]
pub(crate) struct InventoryReserved {
    #[event(key)]
    order_id: String,
    metadata: Origin,
}

/// A message of the broker.
#[derive(Deserialize, Serialize)]
pub(crate) enum Message {
    Payment(PaymentConfirmed),
    Inventory(InventoryReserved),
}

#[fan_in(payment, inventory, attributes(instance.name = *instance))]
pub(crate) async fn fulfill_order(
    payment: PaymentConfirmed,
    inventory: InventoryReserved,
    instance: &str,
) -> Result<(), Failure> {
    println!("packs {}", payment.order_id);
    tokio::time::sleep(Duration::from_millis(300)).await;
    println!("shipped {}", inventory.order_id);
    Ok(())
}

pub(crate) fn confirm_payment(order_id: &str) -> Message {
    global::tracer("payments").in_span("confirm_payment", |_| {
        Message::Payment(PaymentConfirmed {
            order_id: order_id.to_owned(),
            metadata: Origin::current(),
        })
    })
}

pub(crate) fn reserve_inventory(order_id: &str) -> Message {
    global::tracer("inventory").in_span("reserve_inventory", |_| {
        Message::Inventory(InventoryReserved {
            order_id: order_id.to_owned(),
            metadata: Origin::current(),
        })
    })
}
