//! Due joins: claimed one by one or in a sweep. Waiting until a join has settled.

use std::pin::pin;
use std::time::Duration;

use linked_span::fan_in;
use linked_span::fan_in::{Arrival, DueOutcome, JoinOptions, Memory};
use linked_span_tests::{Sdk, Time};
use tokio::time::timeout;

use crate::encoded::{Call, Encoded};
use crate::{
    BACKOFF, InventoryReserved, LEASE, PaymentConfirmed, TIMEOUT, counts, inventory, memory,
    options, payment, poll_once, ran, waits_for,
};

#[linked_span::fan_in(payment, inventory)]
fn ship(
    payment: &PaymentConfirmed,
    inventory: &InventoryReserved,
    result: Result<u8, &'static str>,
) -> Result<u8, &'static str> {
    result
}

#[linked_span::fan_in(payment, inventory)]
async fn ship_later(
    payment: PaymentConfirmed,
    inventory: InventoryReserved,
    result: Result<u8, &'static str>,
) -> Result<u8, &'static str> {
    tokio::task::yield_now().await;
    result
}

/// Opens this number of joins, each of which has failed once.
fn failed<S: fan_in::BlockingStore<ShipInput>>(ship: Ship<S>, orders: usize) -> Ship<S> {
    for order in 0..orders {
        let order_id = format!("o-{order}");
        assert_eq!(
            waits_for(ship.payment(payment(&order_id), Ok(1))),
            "inventory"
        );
        let last = ship.inventory(inventory(&order_id), Err("no truck"));
        assert!(matches!(last, Ok(Arrival::Failed(_))));
    }
    ship
}

#[test]
fn due_claims_at_most_the_limit_and_releases_dropped_claims() {
    let (_sdk, time) = (Sdk::install(), Time::default());
    let ship = failed(Ship::new(memory(&time), options()), 5);
    assert!(ship.due(10).unwrap().is_empty());
    time.pass(BACKOFF);
    let claimed = ship.due(3).unwrap();
    let keys: Vec<_> = claimed.iter().map(|due| due.key().to_owned()).collect();
    assert_eq!(keys, ["o-0", "o-1", "o-2"]);
    // The claims are exclusive.
    let others = ship.due(10).unwrap();
    assert_eq!(others.len(), 2);

    let mut claimed = claimed.into_iter();
    let mut run = |result| claimed.next().unwrap().run(result);
    assert_eq!(run(Ok(2)), DueOutcome::Ran(Ok(2)));
    assert_eq!(run(Err("no truck")), DueOutcome::Failed(Err("no truck")));
    drop((claimed, others));
    // A released claim is due at once, and a failed join after its backoff.
    assert_eq!(ship.due(10).unwrap().len(), 3);
    time.pass(BACKOFF);
    assert_eq!(ship.due(10).unwrap().len(), 4);
}

#[test]
fn released_join_is_run_by_an_arrival_at_once() {
    let (_sdk, time) = (Sdk::install(), Time::default());
    let ship = failed(Ship::new(memory(&time), options()), 1);
    time.pass(BACKOFF);
    let claimed = ship.due(1).unwrap();
    let last = || ship.inventory(inventory("o-0"), Ok(2));
    assert!(matches!(last(), Ok(Arrival::Busy { .. })));
    drop(claimed);
    assert_eq!(ran(last()), Ok(2));
}

#[test]
fn success_without_a_settlement_is_unrecorded() {
    let (_sdk, time) = (Sdk::install(), Time::default());
    let store = Encoded::new(&time);
    let ship = failed(Ship::new(store.clone(), options()), 2);
    time.pass(BACKOFF);
    store.fail(Call::Settle);
    let [first, second] = <[_; 2]>::try_from(ship.due(2).unwrap()).expect("two");
    assert_eq!(first.run(Ok(2)), DueOutcome::Unrecorded(Ok(2)));
    drop(second);
    time.pass(LEASE);
    store.fail(Call::Settle);
    assert_eq!(counts(ship.sweep(Ok(3)).unwrap()), [1, 0, 1, 0, 0]);
}

#[test]
fn sweep_counts_each_outcome() {
    let (_sdk, time) = (Sdk::install(), Time::default());
    let ship = Ship::new(memory(&time), options()).on_expired(|expired| {
        if expired.key == "o-8" {
            Err("no refund")
        } else {
            Ok(())
        }
    });
    for order_id in ["o-7", "o-8", "o-9"] {
        assert_eq!(
            waits_for(ship.payment(payment(order_id), Ok(1))),
            "inventory"
        );
    }
    time.pass(TIMEOUT - BACKOFF);
    let ship = failed(ship, 2);
    time.pass(BACKOFF);
    assert_eq!(
        counts(ship.sweep(Err("no truck")).unwrap()),
        [0, 2, 0, 2, 1]
    );
    time.pass(BACKOFF);
    assert_eq!(counts(ship.sweep(Ok(2)).unwrap()), [2, 0, 0, 0, 1]);
}

/// There are more joins than the sweep claims at once.
#[test]
fn sweep_runs_all_due_joins() {
    let (_sdk, time) = (Sdk::install(), Time::default());
    let ship = failed(Ship::new(time.of(Memory::new()), options()), 100);
    time.pass(BACKOFF);
    assert_eq!(counts(ship.sweep(Ok(2)).unwrap()), [100, 0, 0, 0, 0]);
}

#[test]
fn sweep_of_failing_functions_ends() {
    let _sdk = Sdk::install();
    let options = JoinOptions::timeout(TIMEOUT).backoff(Duration::ZERO);
    let ship = failed(Ship::new(Memory::new(), options), 40);
    assert_eq!(
        counts(ship.sweep(Err("no truck")).unwrap()),
        [0, 40, 0, 0, 0]
    );
}

#[test]
fn sweep_with_a_failing_on_expired_ends() {
    let (_sdk, time) = (Sdk::install(), Time::default());
    let options = JoinOptions::timeout(TIMEOUT).backoff(Duration::ZERO);
    let ship = Ship::new(memory(&time), options).on_expired(|_| Err::<(), _>("no refund"));
    for order in 0..40 {
        let order_id = format!("o-{order}");
        assert_eq!(
            waits_for(ship.payment(payment(&order_id), Ok(1))),
            "inventory"
        );
    }
    time.pass(TIMEOUT);
    assert_eq!(counts(ship.sweep(Ok(1)).unwrap()), [0, 0, 0, 0, 40]);
}

#[tokio::test]
async fn sweep_runs_all_due_joins_of_an_async_function() {
    let (_sdk, time) = (Sdk::install(), Time::default());
    let ship = ShipLater::new(memory(&time), options());
    for order in 0..40 {
        let order_id = format!("o-{order}");
        let first = ship.payment(payment(&order_id), Ok(1)).await;
        assert_eq!(waits_for(first), "inventory");
        let last = ship.inventory(inventory(&order_id), Err("no truck")).await;
        assert!(matches!(last, Ok(Arrival::Failed(_))));
    }
    time.pass(BACKOFF);
    let [first, second] = <[_; 2]>::try_from(ship.due(2).await.unwrap()).expect("two");
    assert_eq!(first.run(Ok(2)).await, DueOutcome::Ran(Ok(2)));
    assert_eq!(
        second.run(Err("no truck")).await,
        DueOutcome::Failed(Err("no truck"))
    );
    assert_eq!(counts(ship.sweep(Ok(2)).await.unwrap()), [38, 0, 0, 0, 0]);
    time.pass(BACKOFF);
    assert_eq!(counts(ship.sweep(Ok(2)).await.unwrap()), [1, 0, 0, 0, 0]);
}

#[tokio::test]
async fn settled_is_woken_by_a_success() {
    let _sdk = Sdk::install();
    let ship = ShipLater::new(Memory::new(), options());
    assert_eq!(
        waits_for(ship.payment(payment("o-1"), Ok(1)).await),
        "inventory"
    );
    let failed = ship.inventory(inventory("o-1"), Err("no truck")).await;
    assert!(matches!(failed, Ok(Arrival::Failed(_))));
    let mut settled = pin!(ship.join().settled("o-1"));
    assert!(poll_once(settled.as_mut()).is_pending());
    let settles = async {
        let (last, ()) = tokio::join!(ship.inventory(inventory("o-1"), Ok(2)), settled);
        ran(last)
    };
    let settles = timeout(Duration::from_secs(10), settles).await;
    assert_eq!(settles.expect("to be woken"), Ok(2));
}

#[tokio::test]
async fn settled_is_woken_by_an_expiry() {
    let (_sdk, time) = (Sdk::install(), Time::default());
    let ship = ShipLater::new(memory(&time), options());
    assert_eq!(
        waits_for(ship.payment(payment("o-1"), Ok(1)).await),
        "inventory"
    );
    time.pass(TIMEOUT);
    let (settled, swept) = tokio::join!(
        timeout(Duration::from_secs(10), ship.join().settled("o-1")),
        ship.sweep(Ok(1))
    );
    settled.expect("to be woken");
    assert_eq!(counts(swept.unwrap()), [0, 0, 0, 1, 0]);
}
