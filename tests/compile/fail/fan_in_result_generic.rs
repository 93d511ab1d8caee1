//! Results of a generic type, which may be a `Result`.

use linked_span::{LinkedEvent, Origin, fan_in};

#[derive(Clone, LinkedEvent)]
struct Event {
    #[event(key)]
    order: u64,
    metadata: Origin,
}

trait Handle {
    type Output;
}

#[fan_in(payment, inventory)]
fn generic<T: Default>(payment: &Event, inventory: &Event) -> T {
    T::default()
}

#[fan_in(payment, inventory)]
async fn later<T>(payment: &Event, inventory: &Event, value: T) -> T {
    value
}

#[fan_in(payment, inventory)]
fn associated<H: Handle>(payment: &Event, inventory: &Event, value: H::Output) -> H::Output {
    value
}

#[fan_in(payment, inventory)]
fn qualified<H: Handle>(
    payment: &Event,
    inventory: &Event,
    value: H::Output,
) -> <H as Handle>::Output {
    value
}

fn main() {}
