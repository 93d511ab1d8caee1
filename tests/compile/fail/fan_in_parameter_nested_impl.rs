//! A parameter with an `impl Trait` inside another type.

use linked_span::{LinkedEvent, Origin, fan_in};

#[derive(Clone, LinkedEvent)]
struct Event {
    #[event(key)]
    order: u64,
    metadata: Origin,
}

#[fan_in(payment, inventory)]
fn plain(payment: Event, inventory: Event, text: Option<impl Into<String>>) {}

#[fan_in(payment, inventory)]
async fn later(payment: Event, inventory: Event, texts: Vec<impl Into<String>>) {}

fn main() {}
