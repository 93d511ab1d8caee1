//! A function that fails, by an `Err` or a panic, runs again. Its inputs are kept until it succeeds.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, panic_any};
use std::pin::pin;
use std::thread;

use linked_span::fan_in;
use linked_span::fan_in::{Arrival, Memory};
use linked_span::{Keyed, LinkedEvent, Origin};
use linked_span_tests::{Sdk, Time, ms};
use opentelemetry::trace::Status;

use crate::{
    BACKOFF, InventoryReserved, PaymentConfirmed, attribute, counts, inventory, links, memory,
    options, payment, poll_once, ran, waits_for,
};

/// Fails as long as the counter is above zero.
#[linked_span::fan_in(payment, inventory)]
fn ship(
    payment: PaymentConfirmed,
    inventory: &InventoryReserved,
    failures: &Cell<u8>,
) -> Result<(PaymentConfirmed, InventoryReserved), u8> {
    match failures.get().checked_sub(1) {
        None => Ok((payment, inventory.clone())),
        Some(left) => {
            failures.set(left);
            Err(left)
        }
    }
}

#[test]
fn arrival_after_an_err_runs_at_once_with_all_inputs() {
    let (sdk, time) = (Sdk::install(), Time::default());
    let (ship, failures) = (Ship::new(memory(&time), options()), Cell::new(2));
    assert_eq!(
        waits_for(ship.payment(payment("o-1"), &failures)),
        "inventory"
    );
    time.pass(ms(1_000));
    let first = ship.inventory(inventory("o-1"), &failures);
    assert_eq!(first.unwrap(), Arrival::Failed(Err(1)));
    time.pass(ms(1_000));
    // The payload of the repeated delivery is ignored.
    let other = PaymentConfirmed {
        id: "p-2".into(),
        ..payment("o-1")
    };
    let second = ship.payment(other, &failures);
    assert_eq!(second.unwrap(), Arrival::Failed(Err(0)));
    let third = ran(ship.inventory(inventory("o-1"), &failures));
    assert_eq!(third, Ok((payment("o-1"), inventory("o-1"))));

    let spans = sdk.spans();
    assert_eq!(spans.len(), 3);
    for (span, waited) in spans.iter().zip([[1.0, 0.0], [2.0, 1.0], [2.0, 1.0]]) {
        assert_eq!(attribute(span, "fan_in.input_count"), Some(2.into()));
        for ((_, attributes), waited) in links(span).iter().zip(waited) {
            assert_eq!(attributes.last(), Some(&("fan_in.wait", waited.into())));
        }
    }
}

#[test]
fn sweep_after_an_err_runs_after_the_backoff() {
    let (_sdk, time) = (Sdk::install(), Time::default());
    let (ship, failures) = (Ship::new(memory(&time), options()), Cell::new(2));
    assert_eq!(
        waits_for(ship.payment(payment("o-1"), &failures)),
        "inventory"
    );
    assert!(matches!(
        ship.inventory(inventory("o-1"), &failures),
        Ok(Arrival::Failed(_))
    ));
    for swept in [[0, 1, 0, 0, 0], [1, 0, 0, 0, 0]] {
        time.pass(BACKOFF - ms(1));
        assert_eq!(counts(ship.sweep(&failures).unwrap()), [0; 5]);
        time.pass(ms(1));
        assert_eq!(counts(ship.sweep(&failures).unwrap()), swept);
    }
    assert_eq!(counts(ship.sweep(&failures).unwrap()), [0; 5]);
}

/// Only the compiler can resolve a type alias.
#[test]
fn err_of_a_type_alias_is_a_failure() {
    #[linked_span::fan_in(payment, inventory)]
    fn aliased(payment: &PaymentConfirmed, inventory: &InventoryReserved) -> std::fmt::Result {
        Err(std::fmt::Error)
    }

    let _sdk = Sdk::install();
    let joins = Aliased::new(Memory::new(), options());
    assert_eq!(waits_for(joins.payment(payment("o-1"))), "inventory");
    let failed = joins.inventory(inventory("o-1"));
    assert_eq!(failed.unwrap(), Arrival::Failed(Err(std::fmt::Error)));
}

#[test]
fn none_is_a_success() {
    #[linked_span::fan_in(payment, inventory)]
    fn generic<T>(
        payment: &PaymentConfirmed,
        inventory: &InventoryReserved,
        result: Option<T>,
    ) -> Option<T> {
        result
    }

    let _sdk = Sdk::install();
    let joins = Generic::new(Memory::new(), options());
    assert_eq!(
        waits_for(joins.payment(payment("o-2"), None::<()>)),
        "inventory"
    );
    assert_eq!(ran(joins.inventory(inventory("o-2"), None::<()>)), None);
}

#[test]
fn concurrent_last_inputs_run_one_body() {
    let sdk = Sdk::install();
    let joins = &Ship::new(Memory::new(), options());
    let deliver = |first: bool| {
        let mut ran = 0;
        for order in 0..100 {
            let (order_id, failures) = (format!("o-{order}"), Cell::new(0));
            ran += usize::from(if first {
                matches!(
                    joins.payment(payment(&order_id), &failures),
                    Ok(Arrival::Ran(_))
                )
            } else {
                matches!(
                    joins.inventory(inventory(&order_id), &failures),
                    Ok(Arrival::Ran(_))
                )
            });
        }
        ran
    };
    let ran: usize = thread::scope(|scope| {
        let workers = [true, false, true, false].map(|first| scope.spawn(move || deliver(first)));
        workers.map(|worker| worker.join().unwrap()).iter().sum()
    });
    assert_eq!((ran, sdk.spans().len()), (100, 100));
}

#[linked_span::fan_in(payment, inventory)]
fn panics(payment: &PaymentConfirmed, inventory: &InventoryReserved, times: &Cell<u8>) {
    if let Some(left) = times.get().checked_sub(1) {
        times.set(left);
        panic_any(left);
    }
}

#[test]
fn panic_unwinds_unchanged_and_the_next_arrival_runs() {
    let sdk = Sdk::install();
    let (joins, times) = (Panics::new(Memory::new(), options()), Cell::new(1));
    assert_eq!(
        waits_for(joins.payment(payment("o-1"), &times)),
        "inventory"
    );
    let last = || joins.inventory(inventory("o-1"), &times);
    let panic = catch_unwind(AssertUnwindSafe(last)).unwrap_err();
    assert_eq!(panic.downcast_ref(), Some(&0_u8));
    ran(last());
    let [panicked, ran] = &sdk.spans()[..] else {
        panic!("expected two spans");
    };
    assert_eq!(panicked.status, Status::error("panicked"));
    assert_eq!(ran.status, Status::Unset);
}

/// The panic is settled before it unwinds: the caller may deliver again while it unwinds.
#[test]
fn panic_is_settled_before_it_unwinds() {
    struct DeliversWhenDropped<'a>(&'a Panics, &'a Cell<u8>);

    impl Drop for DeliversWhenDropped<'_> {
        fn drop(&mut self) {
            ran(self.0.inventory(inventory("o-1"), self.1));
        }
    }

    let sdk = Sdk::install();
    let (joins, times) = (Panics::new(Memory::new(), options()), Cell::new(1));
    assert_eq!(
        waits_for(joins.payment(payment("o-1"), &times)),
        "inventory"
    );
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        let _delivers = DeliversWhenDropped(&joins, &times);
        let _ = joins.inventory(inventory("o-1"), &times);
    }));
    assert!(panicked.is_err());
    assert_eq!(sdk.spans().len(), 2);
}

#[linked_span::fan_in(payment, inventory)]
async fn panics_later(payment: &PaymentConfirmed, inventory: &InventoryReserved, panics: bool) {
    tokio::task::yield_now().await;
    assert!(!panics, "as it should");
}

#[test]
fn panic_of_a_future_is_settled_and_the_next_arrival_runs() {
    let sdk = Sdk::install();
    let joins = PanicsLater::new(Memory::new(), options());
    assert_eq!(
        waits_for(fan_in::ready(joins.payment(payment("o-1"), true))),
        "inventory"
    );
    let mut first = Box::pin(joins.inventory(inventory("o-1"), true));
    assert!(poll_once(first.as_mut()).is_pending());
    assert!(catch_unwind(AssertUnwindSafe(|| poll_once(first.as_mut()))).is_err());

    let mut second = pin!(joins.inventory(inventory("o-1"), false));
    assert!(poll_once(second.as_mut()).is_pending());
    assert!(poll_once(second).is_ready());
    let [panicked, ran] = &sdk.spans()[..] else {
        panic!("expected two spans");
    };
    assert_eq!(panicked.status, Status::error("panicked"));
    assert_eq!(ran.status, Status::Unset);
}

/// The sweep's other claims are released.
#[test]
fn panic_ends_a_sweep_and_the_next_sweep_continues() {
    let (_sdk, time) = (Sdk::install(), Time::default());
    let (joins, times) = (Panics::new(memory(&time), options()), Cell::new(4));
    for order_id in ["o-1", "o-2", "o-3"] {
        assert_eq!(
            waits_for(joins.payment(payment(order_id), &times)),
            "inventory"
        );
        let last = || joins.inventory(inventory(order_id), &times);
        assert!(catch_unwind(AssertUnwindSafe(last)).is_err());
    }
    time.pass(BACKOFF);
    assert!(catch_unwind(AssertUnwindSafe(|| joins.sweep(&times))).is_err());
    time.pass(BACKOFF);
    assert_eq!(counts(joins.sweep(&times).unwrap()), [3, 0, 0, 0, 0]);
}

#[test]
fn panic_of_an_input_clone_leaves_the_join_ready() {
    thread_local! {
        static BREAKS: Cell<bool> = const { Cell::new(true) };
    }

    struct Glass;

    impl Clone for Glass {
        fn clone(&self) -> Self {
            assert!(!BREAKS.with(Cell::get), "as it should");
            Self
        }
    }

    impl LinkedEvent for Glass {
        fn origin(&self) -> Origin {
            Origin::default()
        }
    }

    impl Keyed for Glass {
        fn key(&self) -> std::borrow::Cow<'_, str> {
            "o-1".into()
        }
    }

    #[linked_span::fan_in(glass, payment)]
    fn pack(glass: Glass, payment: PaymentConfirmed) {}

    let sdk = Sdk::install();
    let joins = Pack::new(Memory::new(), options());
    assert_eq!(waits_for(joins.glass(Glass)), "payment");
    let last = || joins.payment(payment("o-1"));
    assert!(catch_unwind(AssertUnwindSafe(last)).is_err());
    BREAKS.with(|breaks| breaks.set(false));
    ran(last());
    assert_eq!(sdk.spans().len(), 1);
}
