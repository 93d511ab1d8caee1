//! An input by value that is not `Clone`.

use linked_span::{LinkedEvent, Origin, fan_in};

#[derive(LinkedEvent)]
struct Event {
    #[event(key)]
    order: u64,
    metadata: Origin,
}

#[fan_in(payment, inventory)]
fn plain(payment: &Event, inventory: Event) {}

#[fan_in(payment(relationship = payment.order), inventory)]
async fn later(payment: Event, inventory: &Event) {}

fn main() {}
