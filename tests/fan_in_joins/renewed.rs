//! Claims are renewed while their holder works, so that no other worker starts.

use std::pin::pin;
use std::time::Duration;

use linked_span::fan_in::{Arrival, DueOutcome};
use linked_span_tests::{Sdk, Time, at};
use tokio::task::yield_now;

use crate::encoded::{Call, Encoded, Remote};
use crate::{
    InventoryReserved, LEASE, PaymentConfirmed, TIMEOUT, counts, done, inventory, options, payment,
    poll_once, polled, ran, waits_for,
};

/// Waits this number of times.
#[linked_span::fan_in(payment, inventory)]
async fn ship(payment: PaymentConfirmed, inventory: InventoryReserved, times: usize) {
    for _ in 0..times {
        yield_now().await;
    }
}

/// Advances the store's clock and tokio's clock, which wakes renewals.
async fn pass(time: &Time, span: Duration) {
    time.pass(span);
    tokio::time::advance(span).await;
}

/// Returns a slow worker and others.
fn workers(time: &Time) -> (Encoded, Ship<Remote>, Ship<Encoded>) {
    let store = Encoded::new(time);
    let slow = Ship::new(Remote(store.clone()), options());
    (store.clone(), slow, Ship::new(store, options()))
}

/// Asserts that another worker cannot start.
fn assert_busy(other: &Ship<Encoded>) {
    let arrival = done(other.inventory(inventory("o-1"), 0));
    assert!(matches!(arrival, Ok(Arrival::Busy { .. })), "{arrival:?}");
}

#[tokio::test(start_paused = true)]
async fn body_longer_than_its_lease_keeps_its_claim() {
    let (_sdk, time) = (Sdk::install(), Time::default());
    let (_, slow, other) = workers(&time);
    assert_eq!(
        waits_for(done(slow.payment(payment("o-1"), 0))),
        "inventory"
    );
    let mut last = pin!(slow.inventory(inventory("o-1"), 40));
    for _ in 0..30 {
        assert!(poll_once(last.as_mut()).is_pending());
        pass(&time, LEASE / 6).await;
        if time.now() > at(0).saturating_add(LEASE / 2) {
            assert_busy(&other);
        }
    }
    assert_eq!(counts(done(other.sweep(0)).unwrap()), [0; 5]);
    ran(done(last));
}

#[tokio::test(start_paused = true)]
async fn failed_renewal_is_repeated_in_time() {
    let (_sdk, time) = (Sdk::install(), Time::default());
    let (store, slow, other) = workers(&time);
    assert_eq!(
        waits_for(done(slow.payment(payment("o-1"), 0))),
        "inventory"
    );
    store.fail(Call::Renew);
    let mut last = pin!(slow.inventory(inventory("o-1"), 80));
    for _ in 0..72 {
        assert!(poll_once(last.as_mut()).is_pending());
        pass(&time, LEASE / 24).await;
        if time.now() > at(0).saturating_add(LEASE / 2) {
            assert_busy(&other);
        }
    }
    ran(done(last));
}

/// A renewal that waited longer would end after the lease.
#[tokio::test(start_paused = true)]
async fn hanging_renewal_is_repeated_in_time() {
    let (_sdk, time) = (Sdk::install(), Time::default());
    let (store, slow, other) = workers(&time);
    assert_eq!(
        waits_for(done(slow.payment(payment("o-1"), 0))),
        "inventory"
    );
    store.hang(Call::Renew);
    let mut last = pin!(slow.inventory(inventory("o-1"), 80));
    for _ in 0..72 {
        assert!(poll_once(last.as_mut()).is_pending());
        pass(&time, LEASE / 24).await;
        if time.now() > at(0).saturating_add(LEASE / 2) {
            assert_busy(&other);
        }
    }
    ran(done(last));
}

/// Opens two joins that have failed once and are due.
async fn two_are_due(ship: &Ship<Remote>, time: &Time) {
    for order in ["o-1", "o-2"] {
        assert_eq!(
            waits_for(done(ship.payment(payment(order), 0))),
            "inventory"
        );
        assert!(polled(ship.inventory(inventory(order), 9), 5).is_none());
    }
    pass(time, LEASE).await;
}

/// The bodies have not started, and each starts once.
#[tokio::test(start_paused = true)]
async fn claims_that_wait_for_a_body_are_renewed_while_it_runs() {
    let (_sdk, time) = (Sdk::install(), Time::default());
    let (_, slow, other) = workers(&time);
    two_are_due(&slow, &time).await;
    let [first, second] = <[_; 2]>::try_from(done(slow.due(2)).unwrap()).expect("two");
    assert!(done(other.due(2)).unwrap().is_empty());
    let mut runs = pin!(first.run(80));
    for _ in 0..72 {
        assert!(poll_once(runs.as_mut()).is_pending());
        pass(&time, LEASE / 24).await;
        assert!(done(other.due(2)).unwrap().is_empty());
    }
    assert_eq!(done(runs), DueOutcome::Ran(()));
    assert_eq!(done(second.run(0)), DueOutcome::Ran(()));
    assert_eq!(counts(done(other.sweep(0)).unwrap()), [0; 5]);
}

/// Another worker has the claim, and runs its body.
#[tokio::test(start_paused = true)]
async fn claim_lost_before_its_body_does_not_run() {
    let (_sdk, time) = (Sdk::install(), Time::default());
    let (_, slow, other) = workers(&time);
    two_are_due(&slow, &time).await;
    let [first, second] = <[_; 2]>::try_from(done(slow.due(2)).unwrap()).expect("two");
    let mut runs = pin!(first.run(80));
    assert!(poll_once(runs.as_mut()).is_pending());
    // The process is stopped for so long that another worker claims both joins.
    pass(&time, LEASE).await;
    let theirs = done(other.due(2)).unwrap();
    assert_eq!(theirs.len(), 2);
    for _ in 0..60 {
        assert!(poll_once(runs.as_mut()).is_pending());
        pass(&time, LEASE / 48).await;
    }
    assert_eq!(done(second.run(0)), DueOutcome::NotBegun);
    drop(theirs);
}

#[tokio::test(start_paused = true)]
async fn claim_without_a_renewal_passes_to_another_worker() {
    let (_sdk, time) = (Sdk::install(), Time::default());
    let (_, slow, other) = workers(&time);
    assert_eq!(
        waits_for(done(slow.payment(payment("o-1"), 0))),
        "inventory"
    );
    let mut last = pin!(slow.inventory(inventory("o-1"), 40));
    for _ in 0..5 {
        assert!(poll_once(last.as_mut()).is_pending());
    }
    // The process is stopped, as by a debugger: time passes without renewals.
    pass(&time, LEASE).await;
    ran(done(other.inventory(inventory("o-1"), 0)));
    assert!(matches!(done(last), Ok(Arrival::Unrecorded(()))));
}

#[tokio::test(start_paused = true)]
async fn claim_is_renewed_during_on_expired() {
    let (sdk, time) = (Sdk::install(), Time::default());
    let (_, slow, other) = workers(&time);
    let slow = slow.on_expired(async |_| {
        for _ in 0..40 {
            yield_now().await;
        }
    });
    assert_eq!(
        waits_for(done(slow.payment(payment("o-1"), 0))),
        "inventory"
    );
    pass(&time, TIMEOUT).await;
    let mut sweep = pin!(slow.sweep(0));
    for _ in 0..30 {
        assert!(poll_once(sweep.as_mut()).is_pending());
        pass(&time, LEASE / 6).await;
    }
    assert_eq!(counts(done(other.sweep(0)).unwrap()), [0; 5]);
    assert_eq!(counts(done(sweep).unwrap()), [0, 0, 0, 1, 0]);
    assert_eq!(sdk.span().name, "ship expired");
}
