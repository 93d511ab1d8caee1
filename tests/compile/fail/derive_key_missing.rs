//! One variant has a key, another has none.

use linked_span::{LinkedEvent, Origin};

#[derive(LinkedEvent)]
enum Event {
    Order {
        #[event(key)]
        order: u64,
        metadata: Origin,
    },
    Payment {
        order: u64,
        metadata: Origin,
    },
    Refund(#[event(metadata)] Origin),
}

fn main() {}
