//! A packed type, whose fields cannot be borrowed.

use linked_span::{LinkedEvent, Origin};

#[derive(LinkedEvent)]
#[repr(packed)]
struct Packed {
    id: u64,
    metadata: Origin,
}

#[repr(C, packed(2))]
#[derive(LinkedEvent)]
struct PackedToTwo {
    id: u64,
    metadata: Origin,
}

#[linked_span::linked_span]
fn handle(event: &Packed) {}

fn main() {}
