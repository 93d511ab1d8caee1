//! Functions that joins cannot call: `unsafe`, `const`, and without an end.

use linked_span::{LinkedEvent, Origin, fan_in};

#[derive(Clone, LinkedEvent)]
struct Event {
    #[event(key)]
    order: u64,
    metadata: Origin,
}

#[fan_in(payment, inventory)]
unsafe fn trusting(payment: Event, inventory: Event) {}

#[fan_in(payment, inventory)]
async unsafe fn trusting_later(payment: Event, inventory: Event) {}

#[fan_in(payment, inventory)]
const fn at_compile_time(payment: &Event, inventory: &Event) {}

#[fan_in(payment, inventory)]
fn never(payment: Event, inventory: Event) -> ! {
    panic!()
}

#[fan_in(payment, inventory)]
async fn never_later(payment: Event, inventory: Event) -> ! {
    panic!()
}

fn main() {}
