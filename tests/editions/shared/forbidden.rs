//! Expansions under lints that the user forbids: an `allow` there would be an error (E0453).
#![forbid(
    deprecated,
    single_use_lifetimes,
    unused_lifetimes,
    unused_assignments,
    unused_mut,
    unused_qualifications,
    unused_variables,
    clippy::all,
    clippy::nursery,
    clippy::async_yields_async
)]

use std::time::Duration;

use linked_span::{fan_in, linked_span, LinkedEvent, Origin};
use linked_span_tests_edition::{install, wait};

#[derive(Clone, Debug, LinkedEvent)]
struct Event {
    #[event(key)]
    order: u64,
    metadata: Origin,
}

#[linked_span(attributes(order = order))]
fn destructured(Event { order, .. }: Event) -> u64 {
    order
}

#[linked_span(event)]
async fn mutable(event: Event, mut number: u64) -> u64 {
    number += event.order;
    number
}

#[linked_span(event)]
async fn returns_a_future(event: Event) -> std::future::Ready<u64> {
    std::future::ready(event.order)
}

#[fan_in(payment, inventory)]
fn join(payment: Event, inventory: &Event) -> u64 {
    payment.order + inventory.order
}

#[fan_in(payment(key = payment.order), inventory(key = 7), join = JoinLater)]
async fn join_later<'s>(payment: &Event, inventory: &Event, shelf: &'s [u64]) -> Option<&'s u64> {
    let _ = inventory;
    shelf.get(payment.order as usize)
}

#[fan_in(payment, inventory)]
fn join_with<T: Into<u64>>(payment: &Event, inventory: &Event, number: T) -> u64 {
    payment.order + inventory.order + number.into()
}

#[test]
fn handlers_compile_under_forbid() {
    install();
    let event = || Event {
        order: 7,
        metadata: Origin::default(),
    };
    assert_eq!(destructured(event()), 7);
    assert_eq!(wait(mutable(event(), 1)), 8);
    assert_eq!(wait(wait(returns_a_future(event()))), 7);
    let joins = Join::in_memory(Duration::from_secs(601));
    assert!(joins.payment(event()).is_ok());
    assert!(joins.inventory(event()).is_ok());
    let joins = JoinLater::in_memory(Duration::from_secs(601));
    assert!(wait(joins.payment(event(), &[])).is_ok());
    let joins = JoinWith::in_memory(Duration::from_secs(601));
    assert!(joins.payment(event(), 7_u8).is_ok());
    assert!(joins.sweep(7_u8).is_ok());
}
