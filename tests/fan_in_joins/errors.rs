//! Errors of arrivals and sweeps: their text, and that threads can send them.

use std::error::Error;

use linked_span::fan_in;
use linked_span::fan_in::{ArriveError, ArriveErrorKind, Memory, StoreError};
use linked_span::{Keyed, LinkedEvent, Origin};
use linked_span_tests::{Sdk, Time};

use crate::encoded::{Call, Encoded};
use crate::{InventoryReserved, PaymentConfirmed, inventory, options, payment};

#[linked_span::fan_in(payment, inventory)]
fn ship(payment: &PaymentConfirmed, inventory: &InventoryReserved) {}

/// Neither `Debug` nor `Display`.
struct Plain(&'static str);

impl LinkedEvent for Plain {
    fn origin(&self) -> Origin {
        Origin::default()
    }
}

impl Keyed for Plain {
    fn key(&self) -> std::borrow::Cow<'_, str> {
        self.0.into()
    }
}

#[linked_span::fan_in(first, second)]
fn join(first: &Plain, second: &Plain) {}

fn sources(error: &dyn Error) -> Vec<String> {
    let mut sources = vec![error.to_string()];
    let mut below = error.source();
    while let Some(error) = below {
        sources.push(error.to_string());
        below = error.source();
    }
    sources
}

#[test]
fn question_mark_converts_an_error_with_any_input() {
    fn consume(joins: &Join) -> Result<(), Box<dyn Error + Send + Sync>> {
        let _arrival = joins.first(Plain(""))?;
        Ok(())
    }

    let _sdk = Sdk::install();
    let error = consume(&Join::new(Memory::new(), options())).unwrap_err();
    assert!(error.is::<ArriveError<JoinInput>>());
    assert_eq!(sources(&*error), ["the input has no correlation key"]);
    assert_eq!(format!("{error:?}"), "ArriveError { kind: NoKey, .. }");
}

#[test]
fn error_of_a_full_store_returns_the_input() {
    let _sdk = Sdk::install();
    let joins = Join::new(Memory::new().capacity(0), options());
    let error = joins.first(Plain("o-1")).err().unwrap();
    assert!(matches!(error.kind, ArriveErrorKind::Full));
    assert_eq!(
        sources(&error),
        ["there are as many open joins as the store may hold"]
    );
    assert_eq!(error.input.into_first().unwrap().0, "o-1");
}

#[test]
fn error_of_a_failing_store_has_its_source() {
    let (_sdk, time) = (Sdk::install(), Time::default());
    let store = Encoded::new(&time);
    store.fail(Call::Arrive);
    let error = Ship::new(store, options())
        .payment(payment("o-1"))
        .unwrap_err();
    let expected = ["the store of joins failed", "the connection was refused"];
    assert_eq!(sources(&error), expected);
    assert_eq!(sources(&error.kind), expected);
    let ArriveErrorKind::Store(error) = error.kind else {
        panic!("expected the store's: {error:?}");
    };
    assert_eq!(sources(&error), expected);
}

#[test]
fn failing_store_is_an_error_of_sweep_due_and_len() {
    let (_sdk, time) = (Sdk::install(), Time::default());
    let store = Encoded::new(&time);
    let joins = Ship::new(store.clone(), options());
    store.fail(Call::Due);
    assert!(matches!(joins.sweep(), Err(StoreError::Failed(_))));
    store.fail(Call::Due);
    assert!(matches!(joins.due(1), Err(StoreError::Failed(_))));
    store.fail(Call::Len);
    let len = fan_in::ready(joins.join().len());
    assert!(matches!(len, Err(StoreError::Failed(_))));
    assert!(joins.inventory(inventory("o-1")).is_ok());
}
