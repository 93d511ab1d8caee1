//! Events without a carrier. Their handlers have no further errors.

use linked_span::{LinkedEvent, Origin};

#[derive(LinkedEvent)]
struct Order {
    id: u64,
}

#[derive(LinkedEvent)]
struct Skipped {
    #[event(skip)]
    metadata: Origin,
}

#[derive(LinkedEvent)]
struct Unit;

#[derive(LinkedEvent)]
struct Tuple(u64, Origin);

#[derive(LinkedEvent)]
enum Event {
    Unit,
    Order { id: u64 },
    Right { metadata: Origin },
}

#[linked_span::linked_span(event)]
fn handle(event: &Order) {}

fn main() {}
