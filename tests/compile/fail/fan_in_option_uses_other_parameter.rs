//! A `key` and an `origin` that use another parameter.

use linked_span::{LinkedEvent, Origin, fan_in};

#[derive(Clone, LinkedEvent)]
struct Event {
    #[event(key)]
    order: u64,
    metadata: Origin,
}

#[fan_in(payment(origin = inventory.metadata.clone()), inventory)]
fn an_origin(payment: u64, inventory: Event) {}

#[fan_in(payment(key = format!("{}-{region}", payment.order)), inventory(key = payment.order))]
async fn a_key(payment: Event, inventory: Event, region: &str) {}

fn main() {}
