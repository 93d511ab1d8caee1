//! The metrics of joins in a database.

use linked_span::fan_in;
use linked_span::fan_in::{Arrival, JoinOptions, Store};
use linked_span_tests_metrics::{Meters, counted};

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
