//! Raw identifiers, repeated names, and names that the expansion might use.
#![deny(warnings)]

use std::time::Duration;

use linked_span::fan_in::Memory;
use linked_span::{LinkedEvent, Origin, fan_in};
use linked_span_tests::{Sdk, here};

#[derive(Clone, LinkedEvent)]
struct Event {
    #[event(key)]
    order: u64,
    metadata: Origin,
}

/// As the parameter of a join's type is called.
#[derive(Clone, LinkedEvent)]
struct S {
    #[event(key)]
    order: u64,
    metadata: Origin,
}

mod shop {
    pub(crate) struct Pack;
}

#[fan_in(r#type, r#mod, attributes(kind.r#type = r#type.order))]
fn r#match(r#type: &Event, r#mod: Event, r#loop: u64) -> u64 {
    here();
    r#type.order + r#mod.order + r#loop
}

#[fan_in(r#payment, inventory)]
fn not_needed(payment: &Event, r#inventory: &Event) {
    here();
    let _ = (payment, inventory);
}

#[fan_in(payment, inventory)]
fn payment(payment: &Event, inventory: &Event) {
    here();
    let _ = (payment, inventory);
}

#[fan_in(payment, other)]
async fn other(payment: Event, other: &Event, self_: u64) {
    here();
    let _ = (payment, other, self_);
}

#[fan_in(payment, pack)]
fn pack(payment: &Event, pack: &Event, other: &shop::Pack) {
    here();
    let _ = (payment, pack, other);
}

#[fan_in(s, store)]
fn of_a_type_called_s(s: S, store: &S) {
    here();
    let _ = (s, store);
}

#[fan_in(payment, store)]
async fn of_a_parameter_called_s<S: ToString>(payment: Event, store: &Event, text: S) -> String {
    here();
    let _ = (payment, store);
    text.to_string()
}

mod called_s {
    use super::{Event, fan_in, here};

    #[fan_in(options, timeout, join = S)]
    pub(crate) fn ship(options: Event, timeout: &Event) {
        here();
        let _ = (options, timeout);
    }
}

/// As what is generated might call its own.
#[fan_in(
    key(attributes(start = key.order)),
    run,
    get,
    declared,
    clone,
    fmt,
    key = order,
    attributes(max = max)
)]
fn _like_ours(
    key: Event,
    run: &Event,
    get: Event,
    declared: Event,
    clone: Event,
    fmt: Event,
    came: u64,
    held: u64,
    max: u64,
    store: u64,
    succeeded: u64,
) -> u64 {
    here();
    drop((key, get, declared, clone, fmt));
    run.order + came + held + max + store + succeeded
}

fn event() -> Event {
    Event {
        order: 7,
        metadata: Origin::default(),
    }
}

fn s() -> S {
    S {
        order: 7,
        metadata: Origin::default(),
    }
}

#[tokio::test]
async fn runs() {
    let sdk = Sdk::install();
    let timeout = Duration::from_secs(600);
    let joins = Match::in_memory(timeout);
    joins.r#type(event(), 1).map(drop).unwrap();
    joins.r#mod(event(), 1).map(drop).unwrap();
    let joins = NotNeeded::in_memory(timeout);
    joins.payment(event()).map(drop).unwrap();
    joins.inventory(event()).map(drop).unwrap();
    let joins = Payment::in_memory(timeout);
    joins.payment(event()).map(drop).unwrap();
    joins.inventory(event()).map(drop).unwrap();
    let joins = Other::in_memory(timeout);
    joins.payment(event(), 1).await.map(drop).unwrap();
    joins.other(event(), 1).await.map(drop).unwrap();
    let joins = Pack::in_memory(timeout);
    joins.payment(event(), &shop::Pack).map(drop).unwrap();
    joins.pack(event(), &shop::Pack).map(drop).unwrap();
    let joins = OfATypeCalledS::in_memory(timeout);
    joins.s(s()).map(drop).unwrap();
    joins.store(s()).map(drop).unwrap();
    let joins = OfAParameterCalledS::in_memory(timeout);
    joins.payment(event(), 1).await.map(drop).unwrap();
    joins.store(event(), "text").await.map(drop).unwrap();
    joins.sweep('c').await.map(drop).unwrap();
    let joins = called_s::S::in_memory(timeout);
    joins.options(event()).map(drop).unwrap();
    joins.timeout(event()).map(drop).unwrap();
    let joins: LikeOurs<Memory<_>> = LikeOurs::in_memory(timeout);
    joins.key(event(), 1, 1, 1, 1, 1).map(drop).unwrap();
    joins.run(event(), 1, 1, 1, 1, 1).map(drop).unwrap();
    joins.get(event(), 1, 1, 1, 1, 1).map(drop).unwrap();
    joins.declared(event(), 1, 1, 1, 1, 1).map(drop).unwrap();
    joins.clone(event(), 1, 1, 1, 1, 1).map(drop).unwrap();
    joins.fmt(event(), 1, 1, 1, 1, 1).map(drop).unwrap();
    sdk.assert_each_body_ran_inside(9);
    let spans = sdk.spans();
    let names: Vec<_> = spans.iter().map(|span| span.name.as_ref()).collect();
    assert_eq!(
        names,
        [
            "match",
            "not_needed",
            "payment",
            "other",
            "pack",
            "of_a_type_called_s",
            "of_a_parameter_called_s",
            "ship",
            "_like_ours"
        ]
    );
}
