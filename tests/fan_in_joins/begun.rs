//! Claims that are released before their body starts.

use std::panic::{AssertUnwindSafe, catch_unwind};

use linked_span::fan_in;
use linked_span::fan_in::{Arrival, DueOutcome};
use linked_span_tests::{Sdk, Time};

use crate::{
    BACKOFF, InventoryReserved, PaymentConfirmed, TIMEOUT, inventory, memory, options, payment,
    waits_for,
};

#[fan_in(payment, inventory)]
fn ship(payment: &PaymentConfirmed, inventory: &InventoryReserved, fail: bool) -> Result<(), ()> {
    assert!(payment.order_id != "o-1" || !fail, "as it should");
    if fail { Err(()) } else { Ok(()) }
}

/// The body of `o-2` starts once and may start twice: a released claim of a sweep is no attempt.
#[test]
fn released_claim_is_no_attempt() {
    let (_sdk, time) = (Sdk::install(), Time::default());
    let ship = Ship::new(memory(&time), options().max_attempts(2));
    assert_eq!(waits_for(ship.payment(payment("o-1"), true)), "inventory");
    let last = || ship.inventory(inventory("o-1"), true);
    assert!(catch_unwind(AssertUnwindSafe(last)).is_err());
    assert_eq!(waits_for(ship.payment(payment("o-2"), true)), "inventory");
    let failed = ship.inventory(inventory("o-2"), true);
    assert!(matches!(failed, Ok(Arrival::Failed(_))));
    time.pass(BACKOFF);
    // The body of `o-1` panics, and the claim of `o-2` is dropped with it.
    assert!(catch_unwind(AssertUnwindSafe(|| ship.sweep(true))).is_err());
    let due = ship.due(1).unwrap().into_iter().next().expect("o-2");
    assert_eq!(due.run(false), DueOutcome::Ran(Ok(())));
}

/// A released join is due at once, and the next claim can release it again.
#[test]
fn released_claim_is_due_at_once() {
    let (_sdk, time) = (Sdk::install(), Time::default());
    let ship = Ship::new(memory(&time), options());
    assert_eq!(waits_for(ship.payment(payment("o-2"), true)), "inventory");
    assert!(matches!(
        ship.inventory(inventory("o-2"), true),
        Ok(Arrival::Failed(_))
    ));
    assert_eq!(waits_for(ship.payment(payment("o-3"), true)), "inventory");
    time.pass(BACKOFF);
    for _ in 0..2 {
        let due = ship.due(2).unwrap();
        assert_eq!(due.iter().map(ShipDue::key).collect::<Vec<_>>(), ["o-2"]);
    }
    time.pass(TIMEOUT);
    for _ in 0..2 {
        assert_eq!(ship.due(3).unwrap().len(), 2);
    }
}
