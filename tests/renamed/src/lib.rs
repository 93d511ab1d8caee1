//! A crate that has linked-span by another name, and hands it on to others by a third.

pub use spans as telemetry;

use spans::{LinkedEvent, Origin, linked_span};

/// An event, by the name that linked-span has here.
#[derive(Debug, Default, LinkedEvent)]
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
