//! The metrics of joins in a database.

use std::future::pending;
use std::mem;

use linked_span::fan_in;
use linked_span::fan_in::{Arrival, JoinOptions, Store};
use linked_span_tests_metrics::{Meters, counted};
use tokio::sync::Notify;

use super::{HOUR, Half};
use crate::{Fixture, MINUTE};

/// A function of its own, because other tests of the process record the metrics of `ship`.
///
/// # Errors
///
/// If the order is called so.
#[fan_in(payment, inventory)]
pub async fn measure(payment: &Half, inventory: &Half) -> Result<(), &'static str> {
    assert_eq!(payment.order, inventory.order);
    match payment.order.as_str() {
        "fails" => Err("as it should"),
        _ => Ok(()),
    }
}

/// A run, a parked join, an expiry and the open joins.
pub async fn joins_in_a_database_record_the_metrics_of_joins<F>()
where
    F: Fixture<Store: Store<MeasureInput>>,
{
    let meters = Meters::install();
    let fixture = F::begin().await;
    let options = JoinOptions::timeout(HOUR).max_attempts(1);
    let joins = Measure::new(fixture.open("Measure").await, options).on_expired(async |_| ());
    for order in ["runs", "fails", "expires"] {
        let arrival = joins.payment(Half::of(order)).await;
        assert!(matches!(arrival, Ok(Arrival::Waiting { .. })));
    }
    for order in ["runs", "fails"] {
        let arrival = joins.inventory(Half::of(order)).await;
        assert!(
            matches!(arrival, Ok(Arrival::Ran(_) | Arrival::Failed(_))),
            "{arrival:?}"
        );
    }
    fixture.pass(HOUR + MINUTE).await;
    joins.sweep().await.unwrap();

    let of_this = |name, keys: [&str; 3]| {
        let mut counts = meters.counts(name, keys);
        counts.retain(|(values, _)| values[0] == "Measure");
        counts
    };
    let arrivals = ["fan_in.join", "fan_in.input", "fan_in.outcome"];
    assert_eq!(
        of_this("linked_span.fan_in.arrivals", arrivals),
        counted(&[
            (["Measure", "inventory", "failed"], 1),
            (["Measure", "inventory", "ran"], 1),
            (["Measure", "payment", "waiting"], 3),
        ])
    );
    let waits = ["fan_in.join", "fan_in.input", ""];
    assert_eq!(
        of_this("linked_span.fan_in.wait", waits),
        counted(&[
            (["Measure", "inventory", ""], 2),
            (["Measure", "payment", ""], 2),
        ])
    );
    let runs = ["fan_in.join", "fan_in.outcome", ""];
    assert_eq!(
        of_this("linked_span.fan_in.runs", runs),
        counted(&[
            (["Measure", "completed", ""], 1),
            (["Measure", "failed", ""], 1),
        ])
    );
    let reasons = ["fan_in.join", "fan_in.reason", ""];
    assert_eq!(
        of_this("linked_span.fan_in.parked", reasons),
        counted(&[(["Measure", "attempts", ""], 1)])
    );
    let names = ["fan_in.join", "", ""];
    assert_eq!(
        of_this("linked_span.fan_in.expired", names),
        counted(&[(["Measure", "", ""], 1)])
    );
    let stores = ["fan_in.join", "fan_in.store", ""];
    assert_eq!(
        of_this("linked_span.fan_in.open", stores),
        counted(&[(["Measure", "shared", ""], 1)])
    );
}

/// A function whose bodies do not end. `started` is notified of each.
#[fan_in(payment, inventory)]
pub async fn strand(payment: &Half, inventory: &Half, started: &Notify) {
    assert_eq!(payment.order, inventory.order);
    started.notify_one();
    pending::<()>().await;
}

/// The path by which a store finds the joins.
const STRAND: &str = concat!(module_path!(), "::Strand");

/// How a store finds that it must park a join.
const WAYS: [&str; 3] = ["sweep", "arrival", "arrival elsewhere"];

/// Runs the function for an order in a worker that then dies: it neither settles nor renews.
async fn strands<S: Store<StrandInput>>(joins: &Strand<S>, order: &str) {
    let started = Notify::new();
    let waiting = joins.payment(Half::of(order), &started).await;
    assert!(
        matches!(waiting, Ok(Arrival::Waiting { .. })),
        "{waiting:?}"
    );
    let mut arrival = Box::pin(joins.inventory(Half::of(order), &started));
    tokio::select! {
        biased;
        arrival = &mut arrival => panic!("{arrival:?}"),
        () = started.notified() => {}
    }
    // A drop would settle the claim.
    mem::forget(arrival);
}

/// Two processes look at a join that one of them must park. The one that parks it counts it.
pub async fn join_that_a_store_parks_is_counted_once<F>()
where
    F: Fixture<Store: Store<StrandInput>>,
{
    let meters = Meters::install();
    let fixture = F::begin().await;
    let options = JoinOptions::timeout(HOUR).max_attempts(1);
    let first = Strand::new(fixture.open("Strand").await, options);
    let second = Strand::new(fixture.open("Strand").await, options);
    let started = Notify::new();
    let parked = || {
        let mut parked = meters.counts(
            "linked_span.fan_in.parked",
            ["fan_in.join", "fan_in.reason"],
        );
        parked.retain(|([join, _], _)| join == "Strand");
        parked
    };
    let sweep = async || {
        let (one, other) = tokio::join!(first.sweep(&started), second.sweep(&started));
        assert_eq!((one.unwrap().ran, other.unwrap().ran), (0, 0));
    };
    let park = async |way: &str, order: &str| match way {
        "sweep" => sweep().await,
        "arrival" => {
            let arrival = second.inventory(Half::of(order), &started).await;
            assert!(matches!(arrival, Ok(Arrival::Parked { .. })), "{arrival:?}");
        }
        _ => {
            let other = format!("not {order}");
            let arrival = second.payment(Half::of(&other), &started).await;
            assert!(
                matches!(arrival, Ok(Arrival::Waiting { .. })),
                "{arrival:?}"
            );
            assert!(second.join().forget(&other).await.unwrap());
        }
    };
    for (number, way) in (1..).zip(WAYS) {
        let order = format!("died, {way}");
        strands(&first, &order).await;
        // By now both the lease and the deadline have passed.
        fixture.pass(2 * HOUR).await;
        park(way, &order).await;
        let expected = counted(&[(["Strand", "attempts"], number)]);
        assert_eq!(parked(), expected, "{way}");
        sweep().await;
        park("arrival", &order).await;
        assert_eq!(parked(), expected, "after {way}");
    }
    for (number, way) in (1..).zip(WAYS) {
        let order = format!("spoilt, {way}");
        let waiting = first.payment(Half::of(&order), &started).await;
        assert!(
            matches!(waiting, Ok(Arrival::Waiting { .. })),
            "{waiting:?}"
        );
        fixture.spoil(STRAND, &order).await;
        fixture.pass(2 * HOUR).await;
        park(way, &order).await;
        let expected = counted(&[
            (["Strand", "attempts"], 3),
            (["Strand", "undecodable"], number),
        ]);
        assert_eq!(parked(), expected, "{way}");
        sweep().await;
        park("arrival", &order).await;
        assert_eq!(parked(), expected, "after {way}");
    }
}
