//! What an expired join costs an arrival that finds it.

use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use linked_span::fan_in::{Arrival, JoinOptions};

use super::{Bodies, HOUR, Half, Place, parked, pays, process};
use crate::MINUTE;

const LEASE: Duration = Duration::from_millis(600);

/// An arrival that runs the function does not wait for `on_expired`, and no redelivery parks the join meanwhile.
pub async fn slow_on_expired_costs_the_caller_neither_claim_nor_result<P: Place>() {
    let place = P::begin().await;
    let options = JoinOptions::timeout(HOUR).lease(LEASE).max_attempts(1);
    let done = Arc::new(AtomicUsize::new(0));
    let asked = Arc::clone(&done);
    let ship = process(&place, options).await.on_expired(move |_| {
        let done = Arc::clone(&asked);
        async move {
            tokio::time::sleep(Duration::from_secs(2)).await;
            done.fetch_add(1, Ordering::SeqCst);
        }
    });
    let other = process(&place, options).await;
    for order in ["old-1", "old-2"] {
        pays(&ship, order).await;
    }
    place.pass(2 * HOUR - MINUTE).await;
    // The arrival finds one of the two expired joins, and waits for its `on_expired`.
    pays(&ship, "new").await;
    assert_eq!(done.load(Ordering::SeqCst), 1);

    let bodies = Bodies::taking(LEASE / 2);
    let arrival = async {
        let began = Instant::now();
        let arrival = ship.inventory(Half::of("new"), &bodies).await;
        assert!(matches!(arrival, Ok(Arrival::Ran(Ok(())))), "{arrival:?}");
        assert!(began.elapsed() < Duration::from_millis(1_800));
    };
    let redelivery = async {
        for _ in 0..4 {
            tokio::time::sleep(LEASE / 3).await;
            let arrival = other.payment(Half::of("new"), &bodies).await;
            assert!(
                matches!(arrival, Ok(Arrival::Busy { .. } | Arrival::Closed { .. })),
                "{arrival:?}"
            );
        }
    };
    // `other` has no `on_expired`, so its deliveries only make a span.
    tokio::join!(arrival, redelivery);
    assert_eq!(bodies.succeeded(), ["new"]);
    assert_eq!(parked(&ship).await, [""; 0]);
}

/// The arrivals run the function or wait.
pub async fn on_expired_that_panics_does_not_disturb_arrivals<P: Place>() {
    let place = P::begin().await;
    let options = JoinOptions::timeout(HOUR);
    let ship = process(&place, options)
        .await
        .on_expired(async |expired| assert!(expired.key.is_empty(), "as it should"));
    pays(&ship, "old").await;
    place.pass(HOUR - MINUTE).await;
    pays(&ship, "new").await;
    place.pass(2 * MINUTE).await;
    pays(&ship, "newer").await;
    let bodies = Bodies::default();
    let arrival = ship.inventory(Half::of("new"), &bodies).await;
    assert!(matches!(arrival, Ok(Arrival::Ran(Ok(())))), "{arrival:?}");
    assert_eq!(bodies.succeeded(), ["new"]);
}

/// The call is cancelled, and a sweep repeats it.
pub async fn on_expired_that_hangs_is_bounded_for_arrivals<P: Place>() {
    let place = P::begin().await;
    let options = JoinOptions::timeout(HOUR)
        .lease(LEASE)
        .on_expired_timeout(Duration::from_millis(300));
    let (hangs, taken) = (
        Arc::new(AtomicBool::new(true)),
        Arc::new(AtomicUsize::new(0)),
    );
    let (still, done) = (Arc::clone(&hangs), Arc::clone(&taken));
    let ship = process(&place, options).await.on_expired(move |_| {
        let (hangs, taken) = (Arc::clone(&still), Arc::clone(&done));
        async move {
            if hangs.load(Ordering::SeqCst) {
                pending::<()>().await;
            }
            taken.fetch_add(1, Ordering::SeqCst);
        }
    });
    pays(&ship, "old").await;
    place.pass(2 * HOUR).await;
    for order in ["new", "newer"] {
        let waits = tokio::time::timeout(Duration::from_secs(5), pays(&ship, order)).await;
        waits.expect("an arrival in time");
    }
    hangs.store(false, Ordering::SeqCst);
    place.pass(MINUTE).await;
    let swept = ship.sweep(&Bodies::default()).await.unwrap();
    assert_eq!((swept.expired, taken.load(Ordering::SeqCst)), (1, 1));
}
