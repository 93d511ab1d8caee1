//! Results: none, borrowed from another parameter, opaque, generic.
#![deny(warnings, unused_lifetimes)]

use std::borrow::Cow;
use std::error::Error;
use std::fmt::Display;
use std::time::Duration;

use linked_span::fan_in::{Arrival, DueOutcome, SweepReport};
use linked_span::{LinkedEvent, Origin, fan_in};
use linked_span_tests::{Sdk, here, here_and};

#[derive(Clone, LinkedEvent)]
struct Event {
    #[event(key)]
    order: u64,
    metadata: Origin,
}

struct Shelf {
    label: String,
}

#[fan_in(payment, inventory)]
fn nothing(payment: Event, inventory: Event) {
    here();
    drop((payment, inventory));
}

#[fan_in(payment, inventory)]
async fn nothing_later(payment: Event, inventory: Event) {
    here();
    drop((payment, inventory));
}

#[fan_in(payment, inventory)]
fn borrowed<'s>(payment: &Event, shelf: &'s Shelf, inventory: &Event) -> Option<&'s str> {
    here();
    let _ = (payment, inventory);
    Some(&shelf.label)
}

#[fan_in(payment, inventory)]
async fn borrowed_later<'s, 't: 's>(
    payment: &Event,
    inventory: &Event,
    shelf: &'s Shelf,
    text: &'t str,
) -> Result<Cow<'s, str>, Box<dyn Error + 't>> {
    here();
    tokio::task::yield_now().await;
    let _ = (payment, inventory);
    if text.is_empty() {
        return Ok(Cow::Borrowed(&shelf.label));
    }
    Err(text.into())
}

/// The inputs' lifetimes are not the result's.
#[fan_in(payment, inventory)]
fn input_lifetimes<'p, 's>(payment: &'p Event, inventory: &'_ Event, shelf: &'s Shelf) -> &'s str {
    here();
    let _ = (payment, inventory);
    &shelf.label
}

#[fan_in(payment, inventory)]
fn constant(payment: &Event, inventory: &Event) -> &'static str {
    here();
    let _ = (payment, inventory);
    "constant"
}

#[fan_in(payment, inventory)]
fn opaque(payment: Event, inventory: Event, number: u64) -> impl Display {
    here_and(payment.order + inventory.order + number)
}

#[fan_in(payment, inventory)]
fn opaque_by_reference(payment: &Event, inventory: &Event) -> impl Iterator<Item = u64> + use<> {
    here_and([payment.order, inventory.order].into_iter())
}

#[fan_in(payment, inventory)]
async fn opaque_later(
    payment: Event,
    inventory: Event,
    number: &str,
) -> Result<impl Display + use<>, Box<dyn Error + Send + Sync>> {
    here();
    drop((payment, inventory));
    let number: u64 = number.parse()?;
    Ok(number)
}

#[fan_in(payment, inventory)]
fn chosen<R: From<u64>>(payment: Event, inventory: Event) -> Option<R> {
    here_and(Some(R::from(payment.order + inventory.order)))
}

#[fan_in(payment, inventory)]
fn boxed(payment: Event, inventory: Event) -> Box<dyn Fn(&str) -> &str> {
    here();
    drop((payment, inventory));
    Box::new(|text| text)
}

fn event() -> Event {
    Event {
        order: 7,
        metadata: Origin::default(),
    }
}

macro_rules! ran {
    ($arrival:expr) => {
        match $arrival {
            Ok(Arrival::Ran(returned)) => returned,
            _ => panic!("it ran"),
        }
    };
}

#[tokio::test]
async fn runs() {
    let sdk = Sdk::install();
    let timeout = Duration::from_secs(600);
    let shelf = Shelf {
        label: "shelf".to_owned(),
    };

    let joins = Nothing::in_memory(timeout);
    joins.payment(event()).map(drop).unwrap();
    let () = ran!(joins.inventory(event()));

    let joins = NothingLater::in_memory(timeout);
    joins.payment(event()).await.map(drop).unwrap();
    let () = ran!(joins.inventory(event()).await);

    let label = {
        let joins = Borrowed::in_memory(timeout);
        joins.payment(event(), &shelf).map(drop).unwrap();
        ran!(joins.inventory(event(), &shelf))
    };
    assert_eq!(label, Some("shelf"));

    let text = String::new();
    let label = {
        let joins = BorrowedLater::in_memory(timeout);
        joins
            .payment(event(), &shelf, &text)
            .await
            .map(drop)
            .unwrap();
        ran!(joins.inventory(event(), &shelf, &text).await)
    };
    assert_eq!(label.unwrap(), "shelf");

    let joins = InputLifetimes::in_memory(timeout);
    joins.payment(event(), &shelf).map(drop).unwrap();
    assert_eq!(ran!(joins.inventory(event(), &shelf)), "shelf");
    for due in joins.due(1).unwrap() {
        let _: DueOutcome<&str> = due.run(&shelf);
    }

    let joins = Constant::in_memory(timeout);
    joins.payment(event()).map(drop).unwrap();
    let constant: &'static str = ran!(joins.inventory(event()));
    assert_eq!(constant, "constant");

    let joins = Opaque::in_memory(timeout);
    joins.payment(event(), 1).map(drop).unwrap();
    assert_eq!(ran!(joins.inventory(event(), 1)).to_string(), "15");

    let joins = OpaqueByReference::in_memory(timeout);
    joins.payment(event()).map(drop).unwrap();
    assert_eq!(ran!(joins.inventory(event())).sum::<u64>(), 14);

    let joins = OpaqueLater::in_memory(timeout);
    joins.payment(event(), "1").await.map(drop).unwrap();
    assert_eq!(
        ran!(joins.inventory(event(), "1").await)
            .unwrap()
            .to_string(),
        "1"
    );

    let joins = Chosen::in_memory(timeout);
    joins.payment::<u64>(event()).map(drop).unwrap();
    let number: Option<u128> = ran!(joins.inventory(event()));
    assert_eq!(number, Some(14));
    assert_eq!(joins.sweep::<u64>().unwrap(), SweepReport::default());

    let joins = Boxed::in_memory(timeout);
    joins.payment(event()).map(drop).unwrap();
    assert_eq!(ran!(joins.inventory(event()))("text"), "text");
    sdk.assert_each_body_ran_inside(11);
}
