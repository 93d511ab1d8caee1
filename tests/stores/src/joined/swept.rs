//! Concurrent sweeps.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use linked_span::fan_in::{Arrival, JoinOptions, Operator};

use super::{Bodies, HOUR, Half, Place, Ship, parked, pays, process};

const JOINS: usize = 12;

const BODY: Duration = Duration::from_millis(200);

/// Shorter than all bodies together.
const LEASE: Duration = Duration::from_millis(700);

/// Sweeps with two processes until `done` returns `true`.
async fn sweep_with_two<S, F>(ships: [Ship<S>; 2], bodies: &Bodies, done: F)
where
    S: linked_span::fan_in::Store<super::Pair> + Operator,
    F: Fn() -> usize,
{
    let began = Instant::now();
    let sweeps = ships.each_ref().map(|ship| async {
        while done() < JOINS {
            ship.sweep(bodies).await.unwrap();
            tokio::time::sleep(Duration::from_millis(20)).await;
            assert!(began.elapsed() < Duration::from_mins(1), "{} done", done());
        }
    });
    let [first, second] = sweeps;
    tokio::join!(first, second);
    // A join that was claimed twice would run again now.
    tokio::time::sleep(2 * LEASE).await;
    for ship in &ships {
        ship.sweep(bodies).await.unwrap();
    }
    assert_eq!(parked(&ships[0]).await, [""; 0]);
}

/// No lease ends while another body runs. So no body runs twice, and no join is parked.
pub async fn two_sweeps_run_each_ready_join_once<P: Place>() {
    let place = P::begin().await;
    let options = JoinOptions::timeout(HOUR)
        .lease(LEASE)
        .backoff(Duration::ZERO)
        .max_attempts(2);
    let ships = [
        process(&place, options).await,
        process(&place, options).await,
    ];
    let bodies = Bodies::default();
    bodies.let_fail(true);
    for order in 0..JOINS {
        let order = order.to_string();
        pays(&ships[0], &order).await;
        let failed = ships[0].inventory(Half::of(&order), &bodies).await;
        assert!(matches!(failed, Ok(Arrival::Failed(_))), "{failed:?}");
    }
    let bodies = Bodies::taking(BODY);
    sweep_with_two(ships, &bodies, || bodies.succeeded().len()).await;
    let succeeded = bodies.succeeded();
    assert_eq!(succeeded.len(), JOINS, "{succeeded:?}");
}

/// The same for `on_expired`.
pub async fn two_sweeps_hand_each_expired_join_over_once<P: Place>() {
    let place = P::begin().await;
    let options = JoinOptions::timeout(HOUR).lease(LEASE);
    let (begun, done) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let process = async || {
        let (begun, done) = (Arc::clone(&begun), Arc::clone(&done));
        process(&place, options).await.on_expired(move |_| {
            let (begun, done) = (Arc::clone(&begun), Arc::clone(&done));
            async move {
                begun.fetch_add(1, Ordering::SeqCst);
                tokio::time::sleep(BODY).await;
                done.fetch_add(1, Ordering::SeqCst);
            }
        })
    };
    let ships = [process().await, process().await];
    for order in 0..JOINS {
        pays(&ships[0], &order.to_string()).await;
    }
    place.pass(2 * HOUR).await;
    let bodies = Bodies::default();
    sweep_with_two(ships, &bodies, || done.load(Ordering::SeqCst)).await;
    assert_eq!(begun.load(Ordering::SeqCst), JOINS);
}

/// Each sweep runs each join once, and other joins still get their turn.
pub async fn sweep_ends_although_joins_are_due_again_at_once<P: Place>() {
    let place = P::begin().await;
    let options = JoinOptions::timeout(HOUR).backoff(Duration::ZERO);
    let ship = process(&place, options).await;
    let bodies = Bodies::default();
    bodies.let_fail(true);
    for order in 0..JOINS {
        let order = order.to_string();
        pays(&ship, &order).await;
        let failed = ship.inventory(Half::of(&order), &bodies).await;
        assert!(matches!(failed, Ok(Arrival::Failed(_))), "{failed:?}");
    }
    for _ in 0..2 {
        let swept = tokio::time::timeout(Duration::from_mins(1), ship.sweep(&bodies)).await;
        let swept = swept.expect("an end").unwrap();
        assert_eq!(swept.failed, JOINS, "{swept:?}");
        // Dropped claims are released in the background.
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    bodies.let_fail(false);
    let began = Instant::now();
    while bodies.succeeded().len() < JOINS {
        ship.sweep(&bodies).await.unwrap();
        assert!(began.elapsed() < Duration::from_secs(20));
    }
}

/// The first sweep delivers them without an arrival.
pub async fn sweep_after_a_restart_hands_over_what_expired_meanwhile<P: Place>() {
    let place = P::begin().await;
    let options = JoinOptions::timeout(HOUR);
    let before = process(&place, options).await;
    for order in ["a", "b", "c"] {
        pays(&before, order).await;
    }
    drop(before);
    place.pass(2 * HOUR).await;
    let after = process(&place, options).await;
    let swept = after.sweep(&Bodies::default()).await.unwrap();
    assert_eq!(swept.expired, 3, "{swept:?}");
}
