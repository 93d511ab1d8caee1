//! Inputs whose type depends on a generic parameter.

use linked_span::{LinkedEvent, Origin, fan_in};

#[derive(Clone, LinkedEvent)]
struct Event {
    #[event(key)]
    order: u64,
    metadata: Origin,
}

struct Borrowed<'e, const SIZE: usize>(&'e Event);

#[fan_in(payment, event)]
fn a_type<E: LinkedEvent + Clone>(payment: Option<E>, event: Event) {}

#[fan_in(payments, event)]
fn a_length<const SIZE: usize>(payments: [Event; SIZE], event: Event) {}

#[fan_in(payment, event)]
async fn a_lifetime<'a>(payment: &Borrowed<'a, 1>, event: Event) {}

#[fan_in(payment, event)]
async fn twice<T, const SIZE: usize>(payment: [T; SIZE], event: Event) {}

fn main() {}
