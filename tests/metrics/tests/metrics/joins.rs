//! Metrics of joins.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::{Context, Waker};
use std::thread;
use std::time::Duration;

use linked_span::fan_in::{JoinOptions, Memory};
use linked_span::{LinkedEvent, Origin, fan_in};
use linked_span_tests_metrics::{Meters, counted};

const RUNS: &str = "linked_span.fan_in.runs";
const ARRIVALS: &str = "linked_span.fan_in.arrivals";

#[derive(Clone, Debug, LinkedEvent)]
struct Event {
    #[event(key)]
    order: usize,
    metadata: Origin,
}

fn event(order: usize) -> Event {
    Event {
        order,
        metadata: Origin::default(),
    }
}

#[fan_in(payment, inventory)]
fn ship(payment: Event, inventory: Event) -> Result<(), &'static str> {
    match payment.order {
        0..1_000_000 => Ok(()),
        1_000_000..2_000_000 => Err("out of stock"),
        _ => panic!("no such order"),
    }
}

#[fan_in(payment, inventory)]
async fn wait(payment: Event, inventory: Event) {
    std::future::pending::<()>().await;
}

const FAILS: usize = 1_000_000;
const PANICS: usize = 2_000_000;

fn hour() -> JoinOptions {
    JoinOptions::timeout(Duration::from_hours(1))
}

#[test]
fn arrivals_are_counted_by_input_and_outcome() {
    let meters = Meters::install();
    let joins = Ship::new(Memory::new(), hour());
    for _ in 0..2 {
        let _ = joins.payment(event(1));
    }
    let _ = joins.inventory(event(1));
    let _ = joins.inventory(event(1));
    let _ = joins.payment(event(FAILS));
    let _ = joins.inventory(event(FAILS));
    let keys = ["fan_in.join", "fan_in.input", "fan_in.outcome"];
    let expected = counted(&[
        (["Ship", "payment", "waiting"], 2),
        (["Ship", "payment", "duplicate"], 1),
        (["Ship", "inventory", "ran"], 1),
        (["Ship", "inventory", "completed"], 1),
        (["Ship", "inventory", "failed"], 1),
    ]);
    assert_eq!(meters.counts(ARRIVALS, keys), expected);
    for series in meters.series(ARRIVALS) {
        assert_eq!(
            series.keys,
            ["fan_in.input", "fan_in.join", "fan_in.outcome"]
        );
    }
}

#[test]
fn runs_are_counted_by_outcome_and_measured_as_handlers() {
    let meters = Meters::install();
    let joins = Ship::new(Memory::new(), hour());
    for order in [1, 2, FAILS, PANICS] {
        let _ = joins.payment(event(order));
        let _ = catch_unwind(AssertUnwindSafe(|| {
            let _ = joins.inventory(event(order));
        }));
    }
    {
        let joins = Wait::new(Memory::new(), hour());
        let mut task = Context::from_waker(Waker::noop());
        assert!(pin!(joins.payment(event(1))).poll(&mut task).is_ready());
        assert!(pin!(joins.inventory(event(1))).poll(&mut task).is_pending());
    }
    let expected = counted(&[
        (["Ship", "completed"], 2),
        (["Ship", "failed"], 1),
        (["Ship", "panicked"], 1),
        (["Wait", "cancelled"], 1),
    ]);
    assert_eq!(
        meters.counts(RUNS, ["fan_in.join", "fan_in.outcome"]),
        expected
    );
    let handlers = meters.counts(
        "linked_span.handler.duration",
        ["linked_span.handler", "error.type"],
    );
    let expected = counted(&[
        (["ship", ""], 2),
        (["ship", "&str"], 1),
        (["ship", "panic"], 1),
        (["wait", "cancelled"], 1),
    ]);
    assert_eq!(handlers, expected);
}

#[test]
fn retries_are_runs_of_their_own_and_a_join_is_parked_once() {
    let meters = Meters::install();
    let options = hour().max_attempts(3).backoff(Duration::ZERO);
    let joins = Ship::new(Memory::new(), options);
    let _ = joins.payment(event(FAILS));
    let _ = joins.inventory(event(FAILS));
    for _ in 0..4 {
        joins.sweep().expect("a store");
    }
    assert_eq!(meters.one(RUNS).count, 3);
    let parked = meters.counts(
        "linked_span.fan_in.parked",
        ["fan_in.join", "fan_in.reason"],
    );
    assert_eq!(parked, counted(&[(["Ship", "attempts"], 1)]));
    // The wait is only measured before the first run.
    let waits = meters.counts("linked_span.fan_in.wait", ["fan_in.join", "fan_in.input"]);
    assert_eq!(
        waits,
        counted(&[(["Ship", "inventory"], 1), (["Ship", "payment"], 1)])
    );
}

#[test]
fn cancelled_last_attempt_parks_the_join() {
    let meters = Meters::install();
    let joins = Wait::new(Memory::new(), hour().max_attempts(1));
    let mut task = Context::from_waker(Waker::noop());
    assert!(pin!(joins.payment(event(1))).poll(&mut task).is_ready());
    assert!(pin!(joins.inventory(event(1))).poll(&mut task).is_pending());
    let parked = meters.counts(
        "linked_span.fan_in.parked",
        ["fan_in.join", "fan_in.reason"],
    );
    assert_eq!(parked, counted(&[(["Wait", "attempts"], 1)]));
}

#[test]
fn wait_is_what_each_input_waited_with_boundaries_to_a_week() {
    let meters = Meters::install();
    let joins = Ship::new(Memory::new(), hour());
    let _ = joins.payment(event(1));
    thread::sleep(Duration::from_millis(20));
    let _ = joins.inventory(event(1));
    let (unit, series) = meters
        .collect()
        .remove("linked_span.fan_in.wait")
        .expect("the metric");
    assert_eq!((unit.as_str(), series.len()), ("s", 2));
    for series in series {
        let range = match series.get("fan_in.input") {
            "payment" => 0.02..3.0,
            _ => 0.0..0.02,
        };
        assert!(range.contains(&series.sum), "{series:?}");
        assert_eq!(series.boundaries.first(), Some(&0.001));
        assert_eq!(series.boundaries.last(), Some(&604_800.0));
    }
}

#[test]
fn expired_join_is_counted_once() {
    let meters = Meters::install();
    let options = JoinOptions::timeout(Duration::from_millis(1));
    let joins = Ship::new(Memory::new(), options).on_expired(|_| ());
    let _ = joins.payment(event(1));
    thread::sleep(Duration::from_millis(5));
    for _ in 0..2 {
        joins.sweep().expect("a store");
    }
    let _ = joins.inventory(event(1));
    let expired = meters.counts("linked_span.fan_in.expired", ["fan_in.join"]);
    assert_eq!(expired, counted(&[(["Ship"], 1)]));
    assert!(meters.series("linked_span.fan_in.wait").is_empty());
}

#[test]
fn expiry_that_fails_is_not_counted_until_it_is_delivered() {
    let meters = Meters::install();
    let options = JoinOptions::timeout(Duration::from_millis(1)).backoff(Duration::ZERO);
    let count = std::sync::atomic::AtomicUsize::new(0);
    let joins = Ship::new(Memory::new(), options).on_expired(move |_| {
        match count.fetch_add(1, std::sync::atomic::Ordering::Relaxed) {
            0 => Err("the mail server is down"),
            _ => Ok(()),
        }
    });
    let _ = joins.payment(event(1));
    thread::sleep(Duration::from_millis(5));
    joins.sweep().expect("a store");
    assert!(meters.series("linked_span.fan_in.expired").is_empty());
    thread::sleep(Duration::from_millis(5));
    joins.sweep().expect("a store");
    assert_eq!(meters.one("linked_span.fan_in.expired").count, 1);
}

#[test]
fn ten_thousand_keys_make_a_bounded_number_of_series() {
    let meters = Meters::install();
    let joins = Ship::new(Memory::new(), hour());
    for order in 0..10_000 {
        let _ = joins.payment(event(order));
        let _ = joins.inventory(event(order));
    }
    let all = meters.collect();
    let series: usize = all.values().map(|(_, series)| series.len()).sum();
    // Two series of arrivals, two of waits, one of runs and one of the handler.
    assert_eq!(series, 6, "{all:#?}");
    assert_eq!(meters.one(RUNS).count, 10_000);
}
