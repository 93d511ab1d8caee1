//! Parameters with a `cfg`.

use linked_span::{LinkedEvent, Origin, fan_in};

#[derive(Clone, LinkedEvent)]
struct Event {
    #[event(key)]
    order: u64,
    metadata: Origin,
}

#[fan_in(payment, inventory)]
fn of_an_input(#[cfg(all())] payment: Event, inventory: Event) {}

#[fan_in(payment, inventory)]
async fn of_another(payment: Event, inventory: Event, #[cfg_attr(all(), cfg(any()))] count: u64) {}

fn main() {}
