//! Arrivals that are dropped at each await point. No input is lost, and the next arrival continues.

use linked_span::fan_in::{Arrival, ClosedReason};
use linked_span_tests::{Sdk, Time};
use tokio::task::yield_now;

use crate::encoded::{Encoded, Remote};
use crate::{
    BACKOFF, InventoryReserved, LEASE, PaymentConfirmed, TIMEOUT, attribute, counts, done,
    inventory, memory, options, payment, polled, ran, waits_for,
};

#[linked_span::fan_in(payment, inventory)]
async fn ship(payment: PaymentConfirmed, inventory: &InventoryReserved) {
    yield_now().await;
    drop(payment);
    for _ in 0..2 {
        yield_now().await;
    }
}

#[test]
fn cancelled_arrival_in_memory_is_run_by_the_next_delivery() {
    let mut cancelled = 0;
    for polls in 0.. {
        let (sdk, time) = (Sdk::install(), Time::default());
        let ship = Ship::new(memory(&time), options());
        assert_eq!(waits_for(done(ship.payment(payment("o-1")))), "inventory");
        if let Some(arrival) = polled(ship.inventory(inventory("o-1")), polls) {
            ran(arrival);
            break;
        }
        for span in sdk.spans() {
            assert_eq!(attribute(&span, "linked_span.cancelled"), Some(true.into()));
            cancelled += 1;
        }
        ran(done(ship.inventory(inventory("o-1"))));
        assert_eq!(done(ship.join().len()).unwrap(), 0);
    }
    // The arrival is dropped once at each await point of the body.
    assert_eq!(cancelled, 3);
}

#[test]
fn cancelled_arrival_in_memory_is_run_by_a_sweep_after_the_backoff() {
    for polls in 1..4 {
        let (_sdk, time) = (Sdk::install(), Time::default());
        let ship = Ship::new(memory(&time), options());
        assert_eq!(waits_for(done(ship.payment(payment("o-1")))), "inventory");
        assert!(polled(ship.inventory(inventory("o-1")), polls).is_none());
        assert_eq!(counts(done(ship.sweep()).unwrap()), [0; 5]);
        time.pass(BACKOFF);
        assert_eq!(counts(done(ship.sweep()).unwrap()), [1, 0, 0, 0, 0]);
    }
}

#[test]
fn cancelled_sweep_releases_all_claims() {
    let (_sdk, time) = (Sdk::install(), Time::default());
    let ship = Ship::new(memory(&time), options());
    for order_id in ["o-1", "o-2", "o-3"] {
        assert_eq!(
            waits_for(done(ship.payment(payment(order_id)))),
            "inventory"
        );
        assert!(polled(ship.inventory(inventory(order_id)), 1).is_none());
    }
    time.pass(BACKOFF);
    assert!(polled(ship.sweep(), 2).is_none());
    time.pass(BACKOFF);
    assert_eq!(counts(done(ship.sweep()).unwrap()), [3, 0, 0, 0, 0]);
}

/// Returns the result of the next delivery and the number of bodies that ran to their end.
///
/// It also checks that the join succeeds in the end.
fn next_on_a_durable_store(polls: usize) -> Option<(&'static str, usize)> {
    let (sdk, time) = (Sdk::install(), Time::default());
    let ship = Ship::new(Remote(Encoded::new(&time)), options());
    assert_eq!(waits_for(done(ship.payment(payment("o-1")))), "inventory");
    if polled(ship.inventory(inventory("o-1")), polls).is_some() {
        return None;
    }
    let next = match done(ship.inventory(inventory("o-1"))) {
        Ok(Arrival::Ran(())) => "ran",
        Ok(Arrival::Busy { .. }) => {
            time.pass(LEASE);
            ran(done(ship.inventory(inventory("o-1"))));
            "busy"
        }
        Ok(Arrival::Closed {
            reason: ClosedReason::Completed,
            ..
        }) => "completed",
        arrival => panic!("{arrival:?}"),
    };
    let bodies = sdk.spans().into_iter();
    let bodies = bodies.filter(|span| attribute(span, "linked_span.cancelled").is_none());
    Some((next, bodies.count()))
}

#[test]
fn cancelled_arrival_on_a_durable_store_runs_after_its_lease() {
    let next: Vec<_> = (0..).map_while(next_on_a_durable_store).collect();
    let expected = [
        // Dropped before the store received the input.
        ("ran", 1),
        ("ran", 1),
        // Dropped before the store's reply arrived, or at an await point of the body.
        ("busy", 1),
        ("busy", 1),
        ("busy", 1),
        ("busy", 1),
        // Dropped before the store received the success, or before its reply arrived.
        ("busy", 2),
        ("completed", 1),
    ];
    assert_eq!(next, expected);
}

/// Neither the arrival's own input is lost, nor the expired join that it was about to deliver.
#[test]
fn cancelled_delivery_of_another_join_loses_neither_join() {
    let (sdk, time) = (Sdk::install(), Time::default());
    let ship = Ship::new(memory(&time), options()).on_expired(|_| yield_now());
    assert_eq!(waits_for(done(ship.payment(payment("o-1")))), "inventory");
    time.pass(TIMEOUT);
    assert!(polled(ship.payment(payment("o-2")), 1).is_none());
    assert_eq!(sdk.span().name, "ship expired");

    ran(done(ship.inventory(inventory("o-2"))));
    time.pass(BACKOFF);
    assert_eq!(counts(done(ship.sweep()).unwrap()), [0, 0, 0, 1, 0]);
    assert_eq!(done(ship.join().len()).unwrap(), 0);
}

#[test]
fn cancelled_first_arrival_is_kept_or_repeated() {
    for polls in 0.. {
        let (_sdk, time) = (Sdk::install(), Time::default());
        let ship = Ship::new(Remote(Encoded::new(&time)), options());
        let first = polled(ship.payment(payment("o-1")), polls);
        let was_done = first.is_some();
        match done(ship.payment(payment("o-1"))) {
            Ok(Arrival::Waiting { .. }) => assert!(!was_done),
            Ok(Arrival::Duplicate { .. }) => {}
            arrival => panic!("{arrival:?}"),
        }
        ran(done(ship.inventory(inventory("o-1"))));
        if was_done {
            break;
        }
    }
}
