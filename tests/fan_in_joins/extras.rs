//! Extra arguments of the function: passed on by an arrival, by a due claim, and by each run of a sweep.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::fmt::Display;
use std::rc::Rc;

use linked_span::fan_in;
use linked_span::fan_in::{Arrival, DueOutcome, Memory};
use linked_span_tests::{Sdk, Time};

use crate::{
    BACKOFF, InventoryReserved, PaymentConfirmed, counts, inventory, memory, options, payment, ran,
    waits_for,
};

/// Takes arguments by value, and changes one in every run.
#[linked_span::fan_in(payment, inventory)]
fn by_value(
    mut said: String,
    payment: PaymentConfirmed,
    (a, b): (u8, u8),
    inventory: &InventoryReserved,
) -> Result<String, String> {
    said.push('!');
    if a == b { Ok(said) } else { Err(said) }
}

#[test]
fn extra_by_value_is_separate_for_each_run() {
    let (_sdk, time) = (Sdk::install(), Time::default());
    let joins = ByValue::new(memory(&time), options());
    let said = || "so".to_owned();
    for order_id in ["o-1", "o-2", "o-3"] {
        assert_eq!(
            waits_for(joins.payment(payment(order_id), said(), (1, 1))),
            "inventory"
        );
        let failed = joins.inventory(inventory(order_id), said(), (1, 2));
        assert_eq!(failed.unwrap(), Arrival::Failed(Err("so!".to_owned())));
    }
    assert_eq!(
        ran(joins.inventory(inventory("o-1"), said(), (1, 1))),
        Ok("so!".to_owned())
    );
    time.pass(BACKOFF);
    for due in joins.due(1).unwrap() {
        assert_eq!(
            due.run(said(), (1, 2)),
            DueOutcome::Failed(Err("so!".to_owned()))
        );
    }
    time.pass(BACKOFF);
    assert_eq!(
        counts(joins.sweep(said(), (1, 1)).unwrap()),
        [2, 0, 0, 0, 0]
    );
}

#[linked_span::fan_in(payment, inventory)]
fn by_reference(
    payment: &PaymentConfirmed,
    inventory: &InventoryReserved,
    log: &mut Vec<String>,
    fails: &Cell<bool>,
) -> Result<(), ()> {
    log.push(payment.order_id.clone());
    if fails.get() { Err(()) } else { Ok(()) }
}

#[test]
fn extra_by_mutable_reference_is_shared_by_all_runs() {
    let (_sdk, time) = (Sdk::install(), Time::default());
    let joins = ByReference::new(memory(&time), options());
    let (mut log, fails) = (Vec::new(), Cell::new(true));
    for order_id in ["o-1", "o-2"] {
        assert_eq!(
            waits_for(joins.payment(payment(order_id), &mut log, &fails)),
            "inventory"
        );
        let failed = joins.inventory(inventory(order_id), &mut log, &fails);
        assert!(matches!(failed, Ok(Arrival::Failed(_))));
    }
    fails.set(false);
    time.pass(BACKOFF);
    assert_eq!(
        counts(joins.sweep(&mut log, &fails).unwrap()),
        [2, 0, 0, 0, 0]
    );
    assert_eq!(log, ["o-1", "o-2", "o-1", "o-2"]);
}

#[linked_span::fan_in(payment, inventory)]
async fn by_impl_trait(
    payment: PaymentConfirmed,
    inventory: InventoryReserved,
    suffix: impl Display,
    mut push: impl FnMut(String),
) -> Result<(), u8> {
    push(format!("{}{suffix}", payment.order_id));
    if suffix.to_string() == "?" {
        Err(0)
    } else {
        Ok(())
    }
}

#[tokio::test]
async fn extras_of_unnameable_types_are_accepted() {
    let (_sdk, time) = (Sdk::install(), Time::default());
    let joins = ByImplTrait::new(memory(&time), options());
    let log = RefCell::new(Vec::new());
    let push = |said| log.borrow_mut().push(said);
    for order_id in ["o-1", "o-2"] {
        let first = joins.payment(payment(order_id), '?', push).await;
        assert_eq!(waits_for(first), "inventory");
        let failed = joins.inventory(inventory(order_id), "?", push).await;
        assert_eq!(failed.unwrap(), Arrival::Failed(Err(0)));
    }
    time.pass(BACKOFF);
    for due in joins.due(1).await.unwrap() {
        assert_eq!(due.run(1, push).await, DueOutcome::Ran(Ok(())));
    }
    assert_eq!(
        counts(joins.sweep('!', push).await.unwrap()),
        [1, 0, 0, 0, 0]
    );
    assert_eq!(*log.borrow(), ["o-1?", "o-2?", "o-11", "o-2!"]);
}

/// Has bounds in both places, a constant, and a lifetime in the result.
#[linked_span::fan_in(payment, inventory)]
fn generic<'s, const N: usize, T: Clone, U>(
    payment: &PaymentConfirmed,
    inventory: &InventoryReserved,
    shipping: &'s str,
    several: [T; N],
    more: &'s [U],
) -> (&'s str, Vec<T>, Option<&'s U>)
where
    U: Copy + PartialEq<u8>,
{
    let found = more.iter().find(|one| **one == 7);
    (shipping, several.to_vec(), found)
}

#[test]
fn generic_extras_are_accepted_and_the_result_may_borrow() {
    let _sdk = Sdk::install();
    let joins = Generic::new(Memory::new(), options());
    let shipping = String::from("by air");
    let first = joins.payment(payment("o-1"), &shipping, ["a", "b"], &[1_u8]);
    assert_eq!(waits_for(first), "inventory");
    let more = [1, 7];
    let last = ran(joins.inventory(inventory("o-1"), &shipping, [3_u64], &more));
    drop(joins);
    assert_eq!(last, ("by air", vec![3], Some(&7)));
}

/// Extras need `Clone` only for a sweep.
#[test]
fn extras_need_clone_only_for_a_sweep() {
    struct Truck;

    #[linked_span::fan_in(payment, inventory)]
    fn load(payment: &PaymentConfirmed, inventory: &InventoryReserved, truck: Truck) -> Truck {
        truck
    }

    let _sdk = Sdk::install();
    let joins = Load::new(Memory::new(), options());
    assert_eq!(waits_for(joins.payment(payment("o-1"), Truck)), "inventory");
    let Truck = ran(joins.inventory(inventory("o-1"), Truck));
    for due in joins.due(1).unwrap() {
        let _ = due.run(Truck);
    }
}

#[linked_span::fan_in(payment, inventory)]
async fn borrows<'s>(
    payment: &PaymentConfirmed,
    inventory: &InventoryReserved,
    shipping: &'s str,
    log: &mut Vec<String>,
) -> Option<&'s str> {
    tokio::task::yield_now().await;
    log.push(payment.order_id.clone());
    shipping.split(' ').next()
}

#[tokio::test]
async fn async_function_borrows_extras_and_is_send() {
    fn is_send<F: Future + Send>(future: F) -> F {
        future
    }

    let _sdk = Sdk::install();
    let joins = Borrows::new(Memory::new(), options());
    let (shipping, mut log) = (String::from("by air"), Vec::new());
    let first = is_send(joins.payment(payment("o-1"), &shipping, &mut log)).await;
    assert_eq!(waits_for(first), "inventory");
    let last = is_send(joins.inventory(inventory("o-1"), &shipping, &mut log)).await;
    assert_eq!(ran(last), Some("by"));
    assert_eq!(log, ["o-1"]);
    let swept = is_send(joins.sweep(&shipping, &mut log)).await;
    assert_eq!(counts(swept.unwrap()), [0; 5]);
    assert_eq!(fan_in::ready(joins.join().len()).unwrap(), 0);
}

struct Note<'n>(&'n str);

#[linked_span::fan_in(payment, inventory)]
fn elided(
    payment: &PaymentConfirmed,
    inventory: &InventoryReserved,
    how: Option<&str>,
    names: (Cow<'_, str>, [&'_ str; 1]),
    shows: Rc<dyn Fn(&str) -> String + '_>,
) -> String {
    [how.unwrap_or_default(), &names.0, &shows(names.1[0])].join(" ")
}

#[linked_span::fan_in(payment, inventory)]
fn elided_once(payment: &PaymentConfirmed, inventory: &InventoryReserved, note: Note<'_>) -> usize {
    note.0.len()
}

#[test]
fn extras_with_elided_lifetimes_are_accepted() {
    let _sdk = Sdk::install();
    let (how, suffix) = (String::from("by"), String::from("!"));
    let names = || (Cow::from(&how), [&*suffix]);
    let shows: Rc<dyn Fn(&str) -> String + '_> = Rc::new(|text| format!("{text}{suffix}"));
    let joins = Elided::new(Memory::new(), options());
    let first = joins.payment(payment("o-1"), None, names(), Rc::clone(&shows));
    assert_eq!(waits_for(first), "inventory");
    let last = joins.inventory(inventory("o-1"), Some(&how), names(), Rc::clone(&shows));
    assert_eq!(ran(last), "by by !!");
    let swept = joins.sweep(Some(&how), names(), shows);
    assert_eq!(counts(swept.unwrap()), [0; 5]);

    let joins = ElidedOnce::new(Memory::new(), options());
    assert_eq!(
        waits_for(joins.payment(payment("o-1"), Note(&how))),
        "inventory"
    );
    assert_eq!(ran(joins.inventory(inventory("o-1"), Note(&how))), 2);
}
