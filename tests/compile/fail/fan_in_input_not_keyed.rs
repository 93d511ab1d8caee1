//! An input without a key.

use linked_span::{LinkedEvent, Origin, fan_in};

#[derive(Clone, LinkedEvent)]
struct Event {
    number: u64,
    metadata: Origin,
}

#[fan_in(payment, inventory)]
fn by_value(payment: Event, inventory: Event) {}

#[fan_in(payment(key = payment.number), inventory)]
async fn by_reference(payment: &Event, inventory: &Event) {}

fn main() {}
