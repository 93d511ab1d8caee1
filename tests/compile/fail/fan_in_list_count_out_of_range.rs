//! A `count` that is a literal outside of a list's limits.

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
    line: u32,
    metadata: Origin,
}

#[fan_in(order, packed(count = -1, id = packed.line))]
fn negative(order: OrderPlaced, packed: Vec<LinePacked>) {}

#[fan_in(order, packed(count = 10_001, id = packed.line))]
fn too_large(order: OrderPlaced, packed: Vec<LinePacked>) {}

#[fan_in(packed(count = 0, id = packed.line))]
fn none_alone(packed: Vec<LinePacked>) {}

#[fan_in(order, packed(count = 0, id = packed.line))]
fn none_beside_another(order: OrderPlaced, packed: Vec<LinePacked>) {}

#[fan_in(packed(count = 10_000, id = packed.line))]
fn most(packed: Vec<LinePacked>) {}

fn main() {}
