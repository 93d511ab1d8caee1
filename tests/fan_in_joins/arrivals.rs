//! Every result of an arrival, and the disposition that a consumer sends to its broker.

use linked_span::fan_in;
use linked_span::fan_in::{
    Arrival, ArriveErrorKind, BlockingStore, ClosedReason, Disposition, Memory, Store, disposition,
};
use linked_span_tests::{Sdk, Time, ms};

use crate::encoded::{Call, Encoded, Remote};
use crate::{
    BACKOFF, DEDUP_WINDOW, InventoryReserved, LEASE, PaymentConfirmed, TIMEOUT, inventory, memory,
    options, payment, ran, waits_for,
};

/// A body that returns what the test passes to it, after a hook of the test.
#[fan_in(payment, inventory)]
fn ship(
    payment: &PaymentConfirmed,
    inventory: &InventoryReserved,
    result: Result<u8, &'static str>,
    meanwhile: &dyn Fn(),
) -> Result<u8, &'static str> {
    meanwhile();
    result
}

#[fan_in(payment, inventory)]
async fn ship_later(
    payment: &PaymentConfirmed,
    inventory: &InventoryReserved,
    result: Result<u8, &'static str>,
) -> Result<u8, &'static str> {
    tokio::task::yield_now().await;
    result
}

fn nothing() {}

/// Runs a check on two stores: one in memory, whose inputs the broker must keep too, and a durable one.
macro_rules! on_each_store {
    ($($check:ident;)*) => { $(
        mod $check {
            use super::*;

            #[test]
            fn in_memory() {
                let (_sdk, time) = (Sdk::install(), Time::default());
                super::$check(&Ship::new(memory(&time), options()), &time, Disposition::Defer);
            }

            #[test]
            fn on_a_durable_store() {
                let (_sdk, time) = (Sdk::install(), Time::default());
                super::$check(&Ship::new(Encoded::new(&time), options()), &time, Disposition::Ack);
            }
        }
    )* };
}

on_each_store! {
    waiting;
    duplicate;
    ran_and_recorded;
    failed;
    completed;
    expired;
    busy;
    no_key;
}

fn waiting(ship: &Ship<impl BlockingStore<ShipInput>>, _: &Time, kept: Disposition) {
    let arrival = ship.payment(payment("o-1"), Ok(1), &nothing);
    assert_eq!(disposition(&arrival), kept);
    let Ok(Arrival::Waiting {
        missing, durable, ..
    }) = arrival
    else {
        panic!("expected it to wait: {arrival:?}");
    };
    assert_eq!(missing.to_string(), "inventory");
    assert_eq!(durable, kept == Disposition::Ack);
}

fn duplicate(ship: &Ship<impl BlockingStore<ShipInput>>, _: &Time, kept: Disposition) {
    assert_eq!(
        waits_for(ship.payment(payment("o-1"), Ok(1), &nothing)),
        "inventory"
    );
    let another = PaymentConfirmed {
        id: "p-2".into(),
        ..payment("o-1")
    };
    let arrival = ship.payment(another, Ok(2), &nothing);
    assert_eq!(disposition(&arrival), kept);
    let Ok(Arrival::Duplicate {
        missing, durable, ..
    }) = arrival
    else {
        panic!("expected a duplicate: {arrival:?}");
    };
    assert_eq!(missing.to_string(), "inventory");
    assert_eq!(durable, kept == Disposition::Ack);
}

fn ran_and_recorded(ship: &Ship<impl BlockingStore<ShipInput>>, _: &Time, _: Disposition) {
    assert_eq!(
        waits_for(ship.payment(payment("o-1"), Ok(1), &nothing)),
        "inventory"
    );
    let arrival = ship.inventory(inventory("o-1"), Ok(2), &nothing);
    assert_eq!(disposition(&arrival), Disposition::Ack);
    assert_eq!(arrival.unwrap(), Arrival::Ran(Ok(2)));
}

fn failed(ship: &Ship<impl BlockingStore<ShipInput>>, _: &Time, _: Disposition) {
    assert_eq!(
        waits_for(ship.payment(payment("o-1"), Ok(1), &nothing)),
        "inventory"
    );
    let arrival = ship.inventory(inventory("o-1"), Err("no truck"), &nothing);
    assert_eq!(disposition(&arrival), Disposition::Requeue);
    assert_eq!(arrival.unwrap(), Arrival::Failed(Err("no truck")));
}

fn completed(ship: &Ship<impl BlockingStore<ShipInput>>, time: &Time, _: Disposition) {
    assert_eq!(
        waits_for(ship.payment(payment("o-1"), Ok(1), &nothing)),
        "inventory"
    );
    assert_eq!(
        ran(ship.inventory(inventory("o-1"), Ok(2), &nothing)),
        Ok(2)
    );
    time.pass(DEDUP_WINDOW - ms(1));
    let arrival = ship.payment(payment("o-1"), Ok(3), &nothing);
    assert_eq!(disposition(&arrival), Disposition::Ack);
    let Ok(Arrival::Closed { reason, input, .. }) = arrival else {
        panic!("expected it to be over: {arrival:?}");
    };
    assert_eq!(
        (reason, input),
        (ClosedReason::Completed, ShipInput::Payment(payment("o-1")))
    );

    time.pass(ms(1));
    assert_eq!(
        waits_for(ship.payment(payment("o-1"), Ok(1), &nothing)),
        "inventory"
    );
}

fn expired(ship: &Ship<impl BlockingStore<ShipInput>>, time: &Time, _: Disposition) {
    assert_eq!(
        waits_for(ship.payment(payment("o-1"), Ok(1), &nothing)),
        "inventory"
    );
    time.pass(TIMEOUT);
    // The first arrival delivers the expired join, and the second finds it expired.
    for _ in 0..2 {
        let arrival = ship.inventory(inventory("o-1"), Ok(2), &nothing);
        assert_eq!(disposition(&arrival), Disposition::Ack);
        let Ok(Arrival::Closed { reason, input, .. }) = arrival else {
            panic!("expected it to be over: {arrival:?}");
        };
        assert_eq!(
            (reason, input),
            (
                ClosedReason::Expired,
                ShipInput::Inventory(inventory("o-1"))
            )
        );
    }
}

/// A store without leases defers for any time; a durable store defers for the rest of the lease.
fn busy(ship: &Ship<impl BlockingStore<ShipInput>>, time: &Time, kept: Disposition) {
    assert_eq!(
        waits_for(ship.payment(payment("o-1"), Ok(1), &nothing)),
        "inventory"
    );
    let left = if kept == Disposition::Defer {
        BACKOFF
    } else {
        LEASE - ms(5)
    };
    let meanwhile = || {
        time.pass(ms(5));
        let arrival = ship.payment(payment("o-1"), Ok(3), &nothing);
        assert_eq!(disposition(&arrival), Disposition::Requeue);
        let Ok(Arrival::Busy { retry_after, .. }) = arrival else {
            panic!("expected another to run it: {arrival:?}");
        };
        assert_eq!(retry_after, left);
        let arrival = ship.inventory(inventory("o-1"), Ok(4), &nothing);
        assert!(matches!(arrival, Ok(Arrival::Busy { .. })));
    };
    assert_eq!(
        ran(ship.inventory(inventory("o-1"), Ok(2), &meanwhile)),
        Ok(2)
    );
}

fn no_key(ship: &Ship<impl BlockingStore<ShipInput>>, _: &Time, _: Disposition) {
    let arrival = ship.payment(payment(""), Ok(1), &nothing);
    assert_eq!(disposition(&arrival), Disposition::Reject);
    let error = arrival.unwrap_err();
    assert!(matches!(error.kind, ArriveErrorKind::NoKey));
    assert_eq!(*error.input, ShipInput::Payment(payment("")));
    assert_eq!(fan_in::ready(ship.join().len()).unwrap(), 0);
}

#[test]
fn full_memory_returns_the_input() {
    let _sdk = Sdk::install();
    let ship = Ship::new(Memory::new().capacity(1), options());
    assert_eq!(
        waits_for(ship.payment(payment("o-1"), Ok(1), &nothing)),
        "inventory"
    );
    let arrival = ship.inventory(inventory("o-2"), Ok(1), &nothing);
    assert_eq!(disposition(&arrival), Disposition::Requeue);
    let error = arrival.unwrap_err();
    assert!(matches!(error.kind, ArriveErrorKind::Full));
    assert_eq!(*error.input, ShipInput::Inventory(inventory("o-2")));
    // Joins that are already open continue, and make room.
    assert_eq!(
        ran(ship.inventory(inventory("o-1"), Ok(2), &nothing)),
        Ok(2)
    );
    assert_eq!(
        waits_for(ship.inventory(inventory("o-2"), Ok(1), &nothing)),
        "payment"
    );
}

#[test]
fn failing_store_returns_the_input() {
    let (_sdk, time) = (Sdk::install(), Time::default());
    let store = Encoded::new(&time);
    let ship = Ship::new(store.clone(), options());
    store.fail(Call::Arrive);
    let arrival = ship.payment(payment("o-1"), Ok(1), &nothing);
    assert_eq!(disposition(&arrival), Disposition::Requeue);
    let error = arrival.unwrap_err();
    assert!(matches!(error.kind, ArriveErrorKind::Store(_)));
    assert_eq!(*error.input, ShipInput::Payment(payment("o-1")));
    assert_eq!(
        waits_for(ship.arrive(*error.input, Ok(1), &nothing)),
        "inventory"
    );
}

/// Makes each arrival in turn, on a store that blocks its callers or on an asynchronous one.
async fn later(ship: &ShipLater<impl Store<ShipLaterInput>>, time: &Time, kept: Disposition) {
    let first = ship.payment(payment("o-1"), Ok(1)).await;
    assert_eq!(disposition(&first), kept);
    assert_eq!(waits_for(first), "inventory");
    let again = ship.payment(payment("o-1"), Ok(1)).await;
    assert_eq!(disposition(&again), kept);
    assert!(matches!(again, Ok(Arrival::Duplicate { .. })));
    let failed = ship.inventory(inventory("o-1"), Err("no truck")).await;
    assert_eq!(disposition(&failed), Disposition::Requeue);
    assert_eq!(failed.unwrap(), Arrival::Failed(Err("no truck")));
    let ran = ship.inventory(inventory("o-1"), Ok(2)).await;
    assert_eq!(disposition(&ran), Disposition::Ack);
    assert_eq!(ran.unwrap(), Arrival::Ran(Ok(2)));
    let closed = ship.inventory(inventory("o-1"), Ok(3)).await;
    assert_eq!(disposition(&closed), Disposition::Ack);
    assert!(matches!(
        closed,
        Ok(Arrival::Closed {
            reason: ClosedReason::Completed,
            ..
        })
    ));

    assert_eq!(
        waits_for(ship.payment(payment("o-2"), Ok(1)).await),
        "inventory"
    );
    time.pass(TIMEOUT);
    let closed = ship.inventory(inventory("o-2"), Ok(2)).await;
    assert_eq!(disposition(&closed), Disposition::Ack);
    assert!(matches!(
        closed,
        Ok(Arrival::Closed {
            reason: ClosedReason::Expired,
            ..
        })
    ));

    let rejected = ship.payment(payment(""), Ok(1)).await;
    assert_eq!(disposition(&rejected), Disposition::Reject);
    assert!(matches!(rejected.unwrap_err().kind, ArriveErrorKind::NoKey));
}

#[tokio::test]
async fn async_arrivals_in_memory_have_every_result() {
    let (_sdk, time) = (Sdk::install(), Time::default());
    later(
        &ShipLater::new(memory(&time), options()),
        &time,
        Disposition::Defer,
    )
    .await;
}

#[tokio::test]
async fn async_arrivals_on_a_durable_store_have_every_result() {
    let (_sdk, time) = (Sdk::install(), Time::default());
    let store = Remote(Encoded::new(&time));
    later(&ShipLater::new(store, options()), &time, Disposition::Ack).await;
}

#[tokio::test]
async fn arrival_while_an_async_body_waits_is_busy() {
    let _sdk = Sdk::install();
    let ship = ShipLater::new(Memory::new(), options());
    assert_eq!(
        waits_for(ship.payment(payment("o-1"), Ok(1)).await),
        "inventory"
    );
    let (last, meanwhile) = tokio::join!(
        ship.inventory(inventory("o-1"), Ok(2)),
        ship.payment(payment("o-1"), Ok(3))
    );
    assert!(matches!(meanwhile, Ok(Arrival::Busy { .. })));
    assert_eq!(ran(last), Ok(2));
}

#[tokio::test]
async fn full_and_failing_stores_return_the_async_input() {
    let (_sdk, time) = (Sdk::install(), Time::default());
    let ship = ShipLater::new(Memory::new().capacity(0), options());
    let full = ship.payment(payment("o-1"), Ok(1)).await;
    assert_eq!(disposition(&full), Disposition::Requeue);
    assert!(matches!(full.unwrap_err().kind, ArriveErrorKind::Full));

    let store = Encoded::new(&time);
    let ship = ShipLater::new(Remote(store.clone()), options());
    store.fail(Call::Arrive);
    let failed = ship.payment(payment("o-1"), Ok(1)).await;
    assert_eq!(disposition(&failed), Disposition::Requeue);
    let input = *failed.unwrap_err().input;
    assert_eq!(input.into_payment(), Some(payment("o-1")));
}
