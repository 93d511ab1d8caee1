//! Functions whose name cannot become the name of a type.
#![allow(non_snake_case)]

use linked_span::{LinkedEvent, Origin, fan_in};

#[derive(Clone, LinkedEvent)]
struct Event {
    #[event(key)]
    order: u64,
    metadata: Origin,
}

#[fan_in(payment, inventory)]
fn __(payment: Event, inventory: Event) {}

#[fan_in(payment, inventory)]
fn _2(payment: Event, inventory: Event) {}

#[fan_in(payment, inventory)]
fn self_(payment: Event, inventory: Event) {}

#[fan_in(payment, inventory)]
fn Ship(payment: Event, inventory: Event) {}

fn main() {}
