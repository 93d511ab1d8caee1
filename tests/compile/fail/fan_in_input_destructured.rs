//! An input that is part of a pattern.

use linked_span::{LinkedEvent, Origin, fan_in};

#[derive(Clone, LinkedEvent)]
struct Event {
    #[event(key)]
    order: u64,
    metadata: Origin,
}

#[fan_in(metadata, event)]
fn part(Event { metadata, .. }: Event, event: Event) {}

#[fan_in(whole, event)]
async fn whole(whole @ Event { .. }: Event, event: Event) {}

#[fan_in(payment, inventory)]
async fn parts((payment, inventory): (Event, Event)) {}

#[fan_in(by_reference, event)]
async fn by_reference(ref by_reference: Event, event: Event) {}

fn main() {}
