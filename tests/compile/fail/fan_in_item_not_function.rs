//! Items that are not functions.

use linked_span::{Origin, fan_in};

#[fan_in(payment, inventory)]
struct Order {
    payment: Origin,
}

#[fan_in]
enum Event {}

#[fan_in(payment, inventory)]
mod handlers {}

#[fan_in(payment, inventory)]
const HANDLE: fn(&Origin) = |_| {};

fn main() {
    let _ = HANDLE;
    let order: Option<(Order, Event)> = None;
    let _ = order.map(|order| order.0.payment);
}
