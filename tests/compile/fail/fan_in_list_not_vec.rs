//! A `count` on an input that is no `Vec`.

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

#[fan_in(order, packed(count = order.lines.len(), id = packed.line))]
fn one(order: OrderPlaced, packed: LinePacked) {}

#[fan_in(order, packed(count = order.lines.len(), id = packed.line))]
fn slice(order: OrderPlaced, packed: &[LinePacked]) {}

fn main() {}
