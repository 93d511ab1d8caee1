//! A generated type with the name of a type in the signature or the prelude.

use linked_span::{LinkedEvent, Origin, fan_in};

#[derive(Clone, LinkedEvent)]
struct Event {
    #[event(key)]
    order: u64,
    metadata: Origin,
}

struct Ship;
struct PackDue;
struct Label;

#[fan_in(payment, inventory)]
fn ship(payment: Event, inventory: Event, ship: &Ship) {}

#[fan_in(payment, inventory)]
fn pack(payment: Event, inventory: Event) -> Option<PackDue> {
    None
}

#[fan_in(payment, inventory, join = Label)]
fn print<T: Into<Label>>(payment: Event, inventory: Event, label: T) {}

#[fan_in(payment, inventory)]
fn send(payment: Event, inventory: Event) {}

#[fan_in(payment, inventory, join = Option)]
async fn choose(payment: Event, inventory: Event) {}

fn main() {}
