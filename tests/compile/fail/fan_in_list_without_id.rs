//! A list without the identity of an element, and an identity without a list.

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

#[fan_in(order, packed(count = order.lines.len()))]
fn no_id(order: OrderPlaced, packed: Vec<LinePacked>) {}

#[fan_in(order, packed(id = packed.line))]
fn no_count(order: OrderPlaced, packed: Vec<LinePacked>) {}

#[fan_in(order, packed(count = order.lines.len(), id = order.order))]
fn id_of_another_input(order: OrderPlaced, packed: Vec<LinePacked>) {}

#[fan_in(order, packed(quorum = 3, id = packed.line))]
fn wrong_count(order: OrderPlaced, packed: Vec<LinePacked>) {}

#[fan_in(order, packed[count = 3])]
fn wrong_parentheses(order: OrderPlaced, packed: Vec<LinePacked>) {}

fn main() {
    let _ = WrongCount::in_memory(std::time::Duration::from_secs(600));
    let _ = WrongParentheses::in_memory(std::time::Duration::from_secs(600));
}
