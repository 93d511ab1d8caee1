//! Inputs with a lifetime. Where it is elided, rustc reports it.

use linked_span::{LinkedEvent, Origin, fan_in};

#[derive(Clone, LinkedEvent)]
struct Event {
    #[event(key)]
    order: u64,
    metadata: Origin,
}

#[derive(Clone, LinkedEvent)]
struct Borrowed<'e> {
    #[event(key)]
    order: &'e str,
    metadata: Origin,
}

#[fan_in(payment, event)]
async fn elided(payment: Borrowed<'_>, event: Event) {}

#[fan_in(payment, event)]
fn elided_behind_a_reference(payment: &Borrowed<'_>, event: Event) {}

#[fan_in(payment(key = payment.order), event)]
fn inside(payment: Option<&Event>, event: Event) {}

#[fan_in(payment, event)]
async fn twice(payment: &&Event, event: Event) {}

#[fan_in(payment, event)]
fn hidden(payment: Borrowed, event: Event) {}

fn main() {}
