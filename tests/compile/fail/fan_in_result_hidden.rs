//! A `Result` behind an `impl Trait`.

use linked_span::{LinkedEvent, Origin, fan_in};

#[derive(Clone, LinkedEvent)]
struct Event {
    #[event(key)]
    order: u64,
    metadata: Origin,
}

#[fan_in(payment, inventory)]
fn plain(payment: &Event, inventory: &Event) -> impl IntoIterator<Item = u64> + use<> {
    payment.order.checked_add(inventory.order).ok_or("too much")
}

#[fan_in(payment, inventory)]
async fn later(payment: Event, inventory: Event) -> impl std::fmt::Debug {
    payment.order.checked_add(inventory.order).ok_or("too much")
}

fn main() {}
