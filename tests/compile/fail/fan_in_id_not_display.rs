//! Identities of elements that are not `Display`.

use linked_span::{LinkedEvent, Origin, fan_in};

#[derive(Clone, LinkedEvent)]
struct OrderPlaced {
    #[event(key)]
    order: u64,
    metadata: Origin,
}

#[derive(Clone, LinkedEvent)]
struct LinePacked {
    #[event(key)]
    order: u64,
    line: Option<String>,
    metadata: Origin,
}

#[fan_in(order, packed(count = 3, id = packed.line))]
fn dispatch(order: OrderPlaced, packed: Vec<LinePacked>) {}

fn main() {}
