//! Inputs with the name of a generated method.

use linked_span::{Origin, fan_in};

#[fan_in(new, in_memory, on_expired, arrive, due, sweep, join)]
fn handle(
    new: Origin,
    in_memory: Origin,
    on_expired: Origin,
    arrive: Origin,
    due: Origin,
    sweep: Origin,
    join: Origin,
) {
}

#[fan_in(r#new, other)]
async fn raw(r#new: Origin, other: Origin) {}

fn main() {}
