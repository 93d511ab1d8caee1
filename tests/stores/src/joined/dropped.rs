//! Calls that are dropped before their reply, at any moment.

use std::sync::Arc;
use std::time::{Duration, Instant};

use linked_span::fan_in::{Arrival, JoinOptions};

use super::{Bodies, HOUR, Half, Place, is_done, parked, pays, polled_for, process, reserve};

/// How many calls are dropped, each a little later than the one before.
const CALLS: u32 = 60;

const LATER: Duration = Duration::from_micros(40);

/// No body started. So the dropped claim holds no lease, and the join is not parked.
pub async fn dropped_arrivals_hold_no_join<P: Place>() {
    let place = P::begin().await;
    let ship = process(&place, JoinOptions::timeout(HOUR).max_attempts(1)).await;
    let bodies = Bodies::default();
    let mut dropped = 0;
    for call in 0..CALLS {
        let order = call.to_string();
        pays(&ship, &order).await;
        let arrival = Box::pin(ship.inventory(Half::of(&order), &bodies));
        match polled_for(arrival, call * LATER).await {
            Ok(arrival) => assert!(is_done(&arrival), "{arrival:?}"),
            Err(arrival) => {
                drop(arrival);
                dropped += 1;
                reserve(&ship, &order, &bodies).await;
            }
        }
    }
    assert!(!P::IS_DURABLE || dropped > 0);
    assert_eq!(parked(&ship).await, [""; 0]);
    assert_eq!(bodies.succeeded().len(), CALLS as usize);
}

/// The drop runs without a tokio runtime.
pub async fn arrivals_dropped_outside_of_a_runtime_hold_no_join<P: Place>() {
    let place = P::begin().await;
    let ship = process(&place, JoinOptions::timeout(HOUR).max_attempts(1)).await;
    let (ship, bodies) = (Arc::new(ship), Arc::new(Bodies::default()));
    for call in 0..CALLS / 2 {
        let order = call.to_string();
        pays(&ship, &order).await;
        let arrival = Box::pin({
            let (ship, bodies, order) = (Arc::clone(&ship), Arc::clone(&bodies), order.clone());
            async move { ship.inventory(Half::of(&order), &bodies).await }
        });
        match polled_for(arrival, call * LATER).await {
            Ok(arrival) => assert!(is_done(&arrival), "{arrival:?}"),
            Err(arrival) => {
                std::thread::spawn(move || drop(arrival)).join().unwrap();
                reserve(&ship, &order, &bodies).await;
            }
        }
    }
    assert_eq!(parked(&ship).await, [""; 0]);
    assert_eq!(bodies.succeeded().len(), (CALLS / 2) as usize);
}

/// No join keeps a claim: neither those whose body has not started, nor those whose reply was lost.
pub async fn dropped_sweeps_hold_no_joins<P: Place>() {
    const JOINS: usize = 40;
    let place = P::begin().await;
    let options = JoinOptions::timeout(HOUR)
        .backoff(Duration::ZERO)
        .max_attempts(2);
    let ship = process(&place, options).await;
    let bodies = Bodies::default();
    bodies.let_fail(true);
    for order in 0..JOINS {
        let order = order.to_string();
        pays(&ship, &order).await;
        let failed = ship.inventory(Half::of(&order), &bodies).await;
        assert!(matches!(failed, Ok(Arrival::Failed(_))), "{failed:?}");
    }
    bodies.let_fail(false);
    for call in 0..CALLS {
        let sweep = Box::pin(ship.sweep(&bodies));
        if let Ok(swept) = polled_for(sweep, call * LATER).await {
            swept.unwrap();
        }
    }
    let began = Instant::now();
    while ship.join().len().await.unwrap() > 0 {
        ship.sweep(&bodies).await.unwrap();
        assert_eq!(parked(&ship).await, [""; 0]);
        let done = bodies.succeeded().len();
        assert!(began.elapsed() < Duration::from_secs(20), "{done} done");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(bodies.succeeded().len(), JOINS);
}
