//! A newtype whose content has no key, beside a variant that has one.

use linked_span::{LinkedEvent, Origin};

#[derive(LinkedEvent)]
struct Order {
    metadata: Origin,
}

#[derive(LinkedEvent)]
enum Event {
    Order(Order),
    Payment {
        #[event(key)]
        order: u64,
        metadata: Origin,
    },
}

fn main() {}
