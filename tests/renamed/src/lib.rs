//! A crate that renames linked-span, and re-exports it under a third name.

pub use spans as telemetry;

use spans::{LinkedEvent, Origin, fan_in, linked_span};

/// An event, through this crate's name for linked-span.
#[derive(Clone, Debug, Default, LinkedEvent)]
#[event(crate = spans, type = "order")]
pub struct Order {
    /// The order's id.
    pub id: u64,
    /// The key of the fan-in.
    #[event(key, attribute = "order.number")]
    pub number: u64,
    /// The producer's context.
    pub metadata: Origin,
}

/// Handles an order, through this crate's name for linked-span.
///
/// # Errors
///
/// If the order has no number.
#[linked_span(event, crate = ::spans, attributes(a = "text", b = %event.id), parent = event, kind = internal)]
pub async fn handle(event: &Order, body: impl FnOnce()) -> Result<u64, String> {
    body();
    if event.number == 0 {
        return Err("no number".to_owned());
    }
    Ok(event.number)
}

/// Joins two orders, through this crate's name for linked-span.
///
/// # Errors
///
/// If an order has no number.
#[fan_in(order, payment(attributes(paid = %payment.id)), crate = ::spans, errors = type)]
pub async fn join(order: Order, payment: &Order, body: impl Fn() + Clone) -> Result<u64, String> {
    body();
    if order.number == 0 {
        return Err("no number".to_owned());
    }
    Ok(order.number + payment.number)
}
