//! Unused joins are reported; a single unused method is not.
#![deny(dead_code)]

use linked_span::{LinkedEvent, Origin, fan_in};

use std::time::Duration;

#[derive(Clone, LinkedEvent)]
struct Event {
    #[event(key)]
    order: u64,
    metadata: Origin,
}

#[fan_in(payment, inventory)]
fn unused(payment: &Event, inventory: &Event) {
    let _ = (payment, inventory);
}

#[fan_in(payment, inventory)]
async fn used(payment: &Event, inventory: &Event) {
    let _ = (payment, inventory);
}

#[fan_in(payment, inventory)]
fn called(payment: &Event, inventory: &Event) {
    let _ = (payment, inventory);
}

fn main() {
    let event = Event {
        order: 7,
        metadata: Origin::default(),
    };
    called(&event, &event);
    let _ = Used::in_memory(Duration::from_secs(600)).payment(event);
}
