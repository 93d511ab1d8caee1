//! One error per mistake, under every lint that a user may forbid.
#![forbid(warnings, unused_variables, deprecated)]

use linked_span::{LinkedEvent, Origin, fan_in, linked_span};

#[derive(Clone, LinkedEvent)]
struct Event {
    #[event(key)]
    order: u64,
    metadata: Origin,
}

#[linked_span(event, nam = "handle")]
fn handle(event: &Event, (number, _): (u8, u8)) {}

#[fan_in(payment, inventory, nam = "join")]
fn join(payment: &Event, inventory: &Event, #[cfg(any())] missing: Missing) {}

fn main() {
    handle(
        &Event {
            order: 1,
            metadata: Origin::default(),
        },
        (1, 2),
    );
}
