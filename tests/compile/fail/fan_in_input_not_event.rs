//! An input that is not a `LinkedEvent`.

use linked_span::{Keyed, LinkedEvent, Origin, fan_in};

use std::borrow::Cow;

#[derive(Clone)]
struct Order;

impl Keyed for Order {
    fn key(&self) -> Cow<'_, str> {
        "order".into()
    }
}

#[derive(Clone, LinkedEvent)]
struct Event {
    #[event(key)]
    order: u64,
    metadata: Origin,
}

#[fan_in(payment, order)]
fn by_value(payment: Event, order: Order) {}

#[fan_in(payment, order)]
async fn by_reference(payment: Event, order: &Order) {}

fn main() {}
