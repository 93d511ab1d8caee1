//! Results that borrow from an input, or have an elided lifetime.

use linked_span::{LinkedEvent, Origin, fan_in};

use std::borrow::Cow;

#[derive(Clone, LinkedEvent)]
struct Event {
    #[event(key)]
    order: u64,
    metadata: Origin,
}

struct Shelf(u64);

#[fan_in(payment, inventory)]
fn elided(payment: &Event, inventory: Event) -> &u64 {
    &payment.order
}

#[fan_in(payment, inventory)]
fn elided_in_a_path(payment: &Event, inventory: Event) -> Result<Cow<'_, u64>, String> {
    Err(String::new())
}

#[fan_in(payment, inventory)]
async fn elided_of_another(payment: Event, inventory: Event, shelf: &Shelf) -> Option<&u64> {
    Some(&shelf.0)
}

#[fan_in(payment, inventory)]
async fn named<'a>(payment: &'a Event, inventory: Event) -> &'a u64 {
    &payment.order
}

#[fan_in(payment, inventory)]
fn bound<'a>(payment: &'a Event, inventory: Event) -> impl Iterator<Item = u64> + 'a {
    std::iter::once(payment.order)
}

#[fan_in(payment, inventory)]
async fn opaque(payment: Event, inventory: &Event) -> Option<impl Iterator<Item = u64>> {
    Some(std::iter::once(payment.order))
}

fn main() {}
