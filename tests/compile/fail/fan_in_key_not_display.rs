//! Keys that are not `Display`.

use linked_span::{LinkedEvent, Origin, fan_in};

#[derive(Clone)]
struct Number(u64);

#[derive(Clone, LinkedEvent)]
struct Event {
    number: Number,
    optional: Option<u64>,
    metadata: Origin,
}

#[fan_in(payment, inventory, key = number)]
fn field(payment: Event, inventory: Event) {}

#[fan_in(payment(key = payment.optional), inventory(key = inventory.number.0))]
async fn expression(payment: Event, inventory: &Event) {}

fn main() {}
