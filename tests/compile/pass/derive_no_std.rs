//! Events in a crate without `std`.
#![no_std]
#![deny(warnings)]

extern crate alloc;

use alloc::string::String;

use linked_span::{Keyed, LinkedEvent, Origin, linked_span};

#[derive(LinkedEvent)]
struct Order {
    id: String,
    #[event(key)]
    number: u64,
    metadata: Origin,
}

#[linked_span]
fn handle(event: &Order) -> u64 {
    event.number
}

fn main() {
    let order = Order {
        id: String::from("o-1"),
        number: 1,
        metadata: Origin::default(),
    };
    assert_eq!(order.id(), Some("o-1".into()));
    assert_eq!(order.key(), "1");
    assert_eq!(handle(&order), 1);
}
