//! Inputs that are not `Send` or not `Sync`.

use linked_span::{LinkedEvent, Origin, fan_in};

use std::cell::Cell;
use std::rc::Rc;

#[derive(Clone, LinkedEvent)]
struct Event {
    #[event(key)]
    order: u64,
    metadata: Origin,
}

#[derive(Clone, LinkedEvent)]
struct Local {
    #[event(key)]
    order: Rc<u64>,
    metadata: Origin,
}

#[fan_in(payment, inventory)]
fn not_send(payment: Local, inventory: &Event) {}

#[fan_in(payment(key = payment.order), inventory(origin = Origin::current(), key = inventory.get()))]
async fn not_sync(payment: &Event, inventory: &Cell<u64>) {}

fn main() {}
