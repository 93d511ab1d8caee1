//! Functions with an optional input.

use linked_span::fan_in;
use linked_span::fan_in::{Arrival, ClosedReason, DueOutcome};
use linked_span_tests::{Sdk, Time, ms, producer};
use opentelemetry::trace::Status;

use crate::{
    BACKOFF, InventoryReserved, LEASE, PaymentConfirmed, TIMEOUT, attribute, counts, inventory,
    links, memory, options, payment, ran, waits_for,
};

/// Returns the key of the optional input.
#[fan_in(payment, inventory)]
fn price(
    payment: &PaymentConfirmed,
    inventory: Option<InventoryReserved>,
    fails: bool,
) -> Result<Option<String>, &'static str> {
    if fails {
        return Err("no price");
    }
    Ok(inventory.map(|inventory| inventory.order_id))
}

fn joins(time: &Time) -> Price {
    Price::new(memory(time), options())
}

#[test]
fn join_with_its_optional_input_runs_at_once() {
    let (sdk, time) = (Sdk::install(), Time::default());
    let joins = joins(&time);
    assert_eq!(
        waits_for(joins.payment(payment("o-1"), false)),
        "inventory (optional)"
    );
    assert_eq!(
        ran(joins.inventory(inventory("o-1"), false)),
        Ok(Some("o-1".into()))
    );
    let span = sdk.span();
    let linked = links(&span).into_iter().map(|(linked, _)| linked);
    assert_eq!(linked.collect::<Vec<_>>(), [producer(1), producer(2)]);
}

#[test]
fn join_without_its_optional_input_runs_at_its_timeout_by_a_sweep() {
    let (sdk, time) = (Sdk::install(), Time::default());
    let joins = joins(&time);
    waits_for(joins.payment(payment("o-1"), false));
    time.pass(TIMEOUT - ms(1));
    assert_eq!(counts(joins.sweep(false).unwrap()), [0; 5]);
    time.pass(ms(1));
    let due = joins.due(1).unwrap().pop().unwrap();
    assert_eq!(due.run(false), DueOutcome::Ran(Ok(None)));
    let span = sdk.span();
    assert_eq!(attribute(&span, "fan_in.input_count"), Some(1.into()));
    assert_eq!(span.links.links.len(), 1);
}

/// The body has begun without the input, so no later attempt gets it.
#[test]
fn late_optional_input_is_closed_and_in_no_later_attempt() {
    let (_sdk, time) = (Sdk::install(), Time::default());
    let joins = joins(&time);
    waits_for(joins.payment(payment("o-1"), false));
    time.pass(TIMEOUT);
    assert_eq!(counts(joins.sweep(true).unwrap()), [0, 1, 0, 0, 0]);
    let late = joins.inventory(inventory("o-1"), false);
    let is_full = |reason| reason == ClosedReason::Full;
    assert!(matches!(late, Ok(Arrival::Closed { reason, .. }) if is_full(reason)));
    // The body has a timeout of its own.
    time.pass(TIMEOUT - BACKOFF);
    let due = joins.due(1).unwrap().pop().unwrap();
    assert_eq!(due.run(false), DueOutcome::Ran(Ok(None)));
}

/// A late optional input can run the join, which it is no part of.
#[test]
fn optional_input_after_the_timeout_runs_the_join_without_it() {
    let (_sdk, time) = (Sdk::install(), Time::default());
    let joins = joins(&time);
    waits_for(joins.payment(payment("o-1"), false));
    time.pass(TIMEOUT);
    assert_eq!(ran(joins.inventory(inventory("o-1"), false)), Ok(None));
}

#[test]
fn join_without_a_sweep_is_delivered_one_timeout_later_and_says_so() {
    let (sdk, time) = (Sdk::install(), Time::default());
    let joins = joins(&time).on_expired(|_| ());
    waits_for(joins.payment(payment("o-1"), false));
    time.pass(2 * TIMEOUT - ms(1));
    waits_for(joins.payment(payment("o-2"), false));
    assert_eq!(sdk.spans().len(), 0);
    time.pass(ms(1));
    waits_for(joins.payment(payment("o-3"), false));
    let span = sdk.span_called("price expired");
    let Status::Error { description } = &span.status else {
        panic!("{span:?}");
    };
    assert_eq!(
        description,
        "no sweep ran it at its timeout; missing: inventory (optional)"
    );
}

#[test]
fn required_input_that_is_missing_expires_the_join_at_its_timeout() {
    let (_sdk, time) = (Sdk::install(), Time::default());
    let joins = joins(&time).on_expired(|join| {
        assert!(join.inputs.payment().is_none());
        assert!(join.inputs.inventory().is_some());
        assert_eq!(join.missing.to_string(), "payment");
    });
    assert_eq!(
        waits_for(joins.inventory(inventory("o-1"), false)),
        "payment"
    );
    time.pass(TIMEOUT.max(LEASE));
    assert_eq!(counts(joins.sweep(false).unwrap()), [0, 0, 0, 1, 0]);
}
