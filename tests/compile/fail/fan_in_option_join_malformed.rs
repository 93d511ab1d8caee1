//! `join = …` without a name.

use linked_span::{LinkedEvent, Origin, fan_in};

#[derive(Clone, LinkedEvent)]
struct Event {
    #[event(key)]
    order: u64,
    metadata: Origin,
}

#[fan_in(payment, inventory, join)]
fn no_value(payment: &Event, inventory: &Event) {}

#[fan_in(payment, inventory, join = )]
fn nothing(payment: &Event, inventory: &Event) {}

#[fan_in(payment, inventory, join = "Ship")]
fn text(payment: &Event, inventory: &Event) {}

#[fan_in(payment, inventory, join = shop::Ship)]
fn path(payment: &Event, inventory: &Event) {}

#[fan_in(payment, inventory, join = Self)]
fn keyword(payment: &Event, inventory: &Event) {}

#[fan_in(payment, inventory, join(Ship))]
fn list(payment: &Event, inventory: &Event) {}

#[fan_in(payment(join = Ship), inventory)]
fn of_one(payment: &Event, inventory: &Event) {}

#[fan_in(payment, inventory, join = Ship, join = Send)]
fn twice(payment: &Event, inventory: &Event) {}

fn main() {}
