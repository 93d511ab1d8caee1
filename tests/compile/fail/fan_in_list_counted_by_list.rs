//! A `count` over a list, over an optional input, over two inputs and over a parameter that is no input.

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

#[fan_in(order, packed(count = packed.len(), id = packed.line))]
fn by_itself(order: OrderPlaced, packed: Vec<LinePacked>) {}

#[fan_in(
    packed(count = labels.len(), id = packed.line),
    labels(count = packed.len(), id = labels.line)
)]
fn by_each_other(packed: Vec<LinePacked>, labels: Vec<LinePacked>) {}

#[fan_in(order, gift, packed(count = gift.lines.len(), id = packed.line))]
fn by_an_option(order: OrderPlaced, gift: Option<OrderPlaced>, packed: Vec<LinePacked>) {}

#[fan_in(order, gift, packed(count = order.lines.len() + gift.lines.len(), id = packed.line))]
fn by_two(order: OrderPlaced, gift: OrderPlaced, packed: Vec<LinePacked>) {}

#[fan_in(order, packed(count = lines, id = packed.line))]
fn by_a_parameter(order: OrderPlaced, lines: usize, packed: Vec<LinePacked>) {}

fn main() {}
