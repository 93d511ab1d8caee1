//! A generated type with the name of another item in the module.

use linked_span::{LinkedEvent, Origin, fan_in};

#[derive(Clone, LinkedEvent)]
struct Event {
    #[event(key)]
    order: u64,
    metadata: Origin,
}

struct Ship {
    order: u64,
}

#[fan_in(payment, inventory)]
fn ship(payment: Event, inventory: Event) {}

fn main() {}
