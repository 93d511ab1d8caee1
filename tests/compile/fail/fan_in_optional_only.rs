//! A fan-in whose inputs are all optional.

use linked_span::{LinkedEvent, Origin, fan_in};

#[derive(Clone, LinkedEvent)]
struct OrderPlaced {
    #[event(key)]
    order: u64,
    lines: Vec<u32>,
    metadata: Origin,
}

#[derive(Clone, LinkedEvent)]
struct LinePacked {
    #[event(key)]
    order: u64,
    line: u32,
    metadata: Origin,
}

#[fan_in(order, packed)]
fn dispatch(order: Option<OrderPlaced>, packed: Option<LinePacked>) {}

#[fan_in(packed)]
fn pack(packed: Option<LinePacked>) {}

fn main() {}
