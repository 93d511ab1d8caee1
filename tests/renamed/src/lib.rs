//! A crate that has linked-span by another name, and hands it on to others by a third.

pub use spans as telemetry;

use spans::{LinkedEvent, Origin, fan_in, linked_span};

/// An event, by the name that linked-span has here.
#[derive(Clone, Debug, Default, LinkedEvent)]
#[event(crate = spans, type = "order")]
pub struct Order {
    /// Its id.
    pub id: u64,
    /// What a fan-in joins on.
    #[event(key, attribute = "order.number")]
    pub number: u64,
    /// The producer's context.
    pub metadata: Origin,
}

/// A handler, by the name that linked-span has here.
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

/// A function of several events, by the name that linked-span has here.
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
