//! A by-value parameter that is not `Clone`: an error at the call of `sweep` only.

use linked_span::{LinkedEvent, Origin, fan_in};

use std::time::Duration;

#[derive(Clone, LinkedEvent)]
struct Event {
    #[event(key)]
    order: u64,
    metadata: Origin,
}

struct Ticket;

#[fan_in(payment, inventory)]
fn plain(payment: Event, inventory: Event, ticket: Ticket) {
    drop(ticket);
}

#[fan_in(payment, inventory)]
async fn later<T>(payment: Event, inventory: Event, ticket: T, into: impl Into<Ticket>) {
    drop((ticket, into.into()));
}

fn main() {
    let event = || Event {
        order: 1,
        metadata: Origin::default(),
    };
    let plain = Plain::in_memory(Duration::from_secs(600));
    let _ = plain.payment(event(), Ticket);
    let _ = plain.sweep(Ticket);
    let later = Later::in_memory(Duration::from_secs(600));
    let _ = later.payment(event(), Ticket, Ticket);
    let _ = later.sweep(Ticket, Ticket);
}
