//! The join's key, in each form in which a user can write it.

use std::borrow::Cow;
use std::sync::Arc;

use linked_span::fan_in::Memory;
use linked_span::{Keyed, LinkedEvent, Origin, fan_in};
use linked_span_tests::{Sdk, Time, producer};
use opentelemetry_sdk::trace::SpanData;

use crate::{TIMEOUT, attribute, counts, links, memory, options, ran, waits_for};

/// Asserts that the only span has this key.
fn assert_key(sdk: &Sdk, key: &str) {
    let said = attribute(&sdk.span(), "fan_in.key");
    assert_eq!(said, Some(key.to_owned().into()));
}

#[derive(Clone, LinkedEvent)]
struct Numbered {
    #[event(key)]
    order_id: u64,
    metadata: Origin,
}

#[derive(Clone, LinkedEvent)]
struct Named {
    #[event(key)]
    order_id: String,
    metadata: Origin,
}

fn numbered() -> Numbered {
    Numbered {
        order_id: 7,
        metadata: Origin::default(),
    }
}

fn named() -> Named {
    Named {
        order_id: "7".into(),
        metadata: Origin::default(),
    }
}

#[test]
fn marked_field_of_any_type_is_the_key() {
    #[fan_in(first, second)]
    fn join(first: Numbered, second: &Named) {}

    let sdk = Sdk::install();
    let joins = Join::new(Memory::new(), options());
    assert_eq!(waits_for(joins.first(numbered())), "second");
    ran(joins.second(named()));
    assert_key(&sdk, "7");
}

#[test]
fn keyed_implemented_by_hand_is_the_key() {
    #[derive(Clone)]
    struct ByHand;

    impl LinkedEvent for ByHand {
        fn origin(&self) -> Origin {
            Origin::default()
        }
    }

    impl Keyed for ByHand {
        fn key(&self) -> Cow<'_, str> {
            "7".into()
        }
    }

    #[fan_in(first, second)]
    fn join(first: ByHand, second: Box<Numbered>) {}

    let sdk = Sdk::install();
    let joins = Join::new(Memory::new(), options());
    assert_eq!(waits_for(joins.second(Box::new(numbered()))), "first");
    ran(joins.first(ByHand));
    assert_key(&sdk, "7");
}

#[test]
fn field_named_by_the_attribute_is_the_key() {
    #[fan_in(first, second, key = order_id)]
    fn join(first: &Numbered, second: Named) {}

    let sdk = Sdk::install();
    let joins = Join::new(Memory::new(), options());
    assert_eq!(waits_for(joins.first(numbered())), "second");
    ran(joins.second(named()));
    assert_key(&sdk, "7");
}

struct Order {
    id: Id,
}

struct Id(Arc<str>);

/// Not `Keyed`.
#[derive(LinkedEvent)]
struct Nested {
    order: Order,
    metadata: Origin,
}

fn nested() -> Nested {
    Nested {
        order: Order { id: Id("7".into()) },
        metadata: Origin::default(),
    }
}

#[test]
fn nested_field_is_the_key() {
    #[fan_in(first, second, key = order.id.0)]
    fn join(first: &Nested, second: &Nested) {}

    let sdk = Sdk::install();
    let joins = Join::new(Memory::new(), options());
    assert_eq!(waits_for(joins.first(nested())), "second");
    ran(joins.second(nested()));
    assert_key(&sdk, "7");
}

#[test]
fn input_with_its_own_key_option_uses_it() {
    #[fan_in(first(key = first.order.id.0), second)]
    fn of_its_own(first: &Nested, second: &Numbered) {}

    #[fan_in(first(key = first.order.id.0), second, third, key = order_id)]
    fn rather_than_the_common_one(first: &Nested, second: &Numbered, third: &Named) {}

    let sdk = Sdk::install();
    let joins = OfItsOwn::new(Memory::new(), options());
    assert_eq!(waits_for(joins.first(nested())), "second");
    ran(joins.second(numbered()));
    assert_key(&sdk, "7");

    let joins = RatherThanTheCommonOne::new(Memory::new(), options());
    assert_eq!(waits_for(joins.first(nested())), "second, third");
    assert_eq!(waits_for(joins.second(numbered())), "third");
    ran(joins.third(named()));
}

/// The expression sees the input as the function does: a reference, if the function takes one.
#[test]
fn expression_is_the_key() {
    fn of(nested: &Nested) -> &str {
        &nested.order.id.0
    }

    fn tenant() -> &'static str {
        "a"
    }

    #[fan_in(
        first(key = format!("{}-{}", tenant(), first.order_id)),
        second(key = ["a", of(second)].join("-")),
        third(key = { let Named { order_id, .. } = third.clone(); format!("a-{order_id}") }),
    )]
    fn join(first: Numbered, second: &Nested, third: Named) {}

    let sdk = Sdk::install();
    let joins = Join::new(Memory::new(), options());
    assert_eq!(waits_for(joins.first(numbered())), "second, third");
    assert_eq!(waits_for(joins.second(nested())), "third");
    ran(joins.third(named()));
    assert_key(&sdk, "a-7");
}

#[test]
fn reference_is_the_key() {
    #[fan_in(first(key = &first.order_id), second(key = second.order_id.as_str()))]
    fn join(first: &Numbered, second: &Named) {}

    let sdk = Sdk::install();
    let joins = Join::new(Memory::new(), options());
    assert_eq!(waits_for(joins.first(numbered())), "second");
    ran(joins.second(named()));
    assert_key(&sdk, "7");
}

/// The inputs are neither `Keyed` nor events.
#[test]
fn key_option_with_an_origin_option_is_used() {
    #[fan_in(first(key = first.0, origin = first.1.clone()), second(key = second.0, origin = second.1.clone()))]
    fn join(first: (u64, Origin), second: &(&'static str, Origin)) {}

    let (sdk, time) = (Sdk::install(), Time::default());
    let joins = Join::new(memory(&time), options());
    assert_eq!(waits_for(joins.first((7, producer(1).into()))), "second");
    ran(joins.second(("7", producer(2).into())));
    assert_key(&sdk, "7");
    let linked = |span: &SpanData| -> Vec<_> {
        let links = links(span).into_iter();
        links.map(|(to, _)| to).collect()
    };
    assert_eq!(linked(&sdk.span()), [producer(1), producer(2)]);

    assert_eq!(waits_for(joins.second(("8", producer(3).into()))), "first");
    time.pass(TIMEOUT);
    assert_eq!(counts(joins.sweep().unwrap()), [0, 0, 0, 1, 0]);
    assert_eq!(linked(&sdk.span_called("join expired")), [producer(3)]);
}

#[test]
fn different_keys_have_different_joins() {
    #[fan_in(first, second)]
    fn join(first: &Named, second: &Named) -> String {
        format!("{} {}", first.order_id, second.order_id)
    }

    let _sdk = Sdk::install();
    let joins = Join::new(Memory::new(), options());
    let order = |order_id: &str| Named {
        order_id: order_id.into(),
        ..named()
    };
    assert_eq!(waits_for(joins.first(order("7"))), "second");
    assert_eq!(waits_for(joins.second(order("8"))), "first");
    assert_eq!(waits_for(joins.first(order("7 "))), "second");
    assert_eq!(ran(joins.second(order("7"))), "7 7");
    assert_eq!(ran(joins.first(order("8"))), "8 8");
}
