//! What users write in their own tests with `linked_span::testing`.

#![allow(
    clippy::unchecked_time_subtraction,
    reason = "the spans are constants of the tests"
)]

mod clock;
mod failures;
mod parallel;
mod routes;
mod tracing;
mod waits;

use std::thread;
use std::time::Duration;

use linked_span::fan_in::Arrival;
use linked_span::{LinkedEvent, Origin, fan_in, linked_span, testing};

#[derive(Clone, LinkedEvent)]
#[event(type = "book.returned")]
struct BookReturned {
    id: String,
    metadata: Origin,
}

#[linked_span(event)]
fn tell_next_reader(event: &BookReturned) {}

#[derive(Clone, LinkedEvent)]
struct Event {
    #[event(key)]
    order: u64,
    metadata: Origin,
}

#[fan_in(payment, inventory)]
fn fulfill_order(payment: Event, inventory: Event) {}

#[test]
fn handler_is_linked_to_its_event() {
    let spans = testing::capture();
    let event = BookReturned {
        id: "return-1".to_owned(),
        metadata: spans.producer(),
    };
    tell_next_reader(&event);
    spans
        .one("tell_next_reader")
        .linked_to(&event)
        .links(1)
        .has("event.id", "return-1");
}

#[test]
fn fan_in_on_another_thread_is_linked_to_both_inputs() {
    let spans = testing::capture();
    let fulfill = FulfillOrder::in_memory(Duration::from_mins(1));
    let [payment, inventory] = [1, 1].map(|order| Event {
        order,
        metadata: spans.producer(),
    });
    let arrived = fulfill.payment(payment.clone());
    assert!(matches!(arrived, Ok(Arrival::Waiting { .. })));
    let reserved = inventory.clone();
    let consumer = thread::spawn(move || {
        assert!(matches!(fulfill.inventory(reserved), Ok(Arrival::Ran(()))));
    });
    spans
        .eventually("fulfill_order")
        .linked_to(&payment)
        .linked_to(&inventory);
    consumer.join().expect("no panic");
}

#[test]
fn expired_fan_in_is_linked_to_what_came() {
    let spans = testing::capture();
    let fulfill = FulfillOrder::in_memory(Duration::from_millis(1)).on_expired(|_| ());
    let [payment, inventory] = [7, 7].map(|order| Event {
        order,
        metadata: spans.producer(),
    });
    let _waiting = fulfill.payment(payment.clone());
    thread::sleep(Duration::from_millis(5));
    fulfill.sweep().expect("a store");
    spans
        .one("fulfill_order expired")
        .linked_to(&payment)
        .failed_with("missing: inventory");
    spans.not_linked(&inventory);
}
