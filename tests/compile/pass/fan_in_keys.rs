//! Correlation keys of many types.
#![deny(warnings)]

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use linked_span::{Keyed, LinkedEvent, Origin, WithOrigin, fan_in};
use linked_span_tests::{Sdk, here};

#[derive(Clone, LinkedEvent)]
struct Derived {
    #[event(key)]
    number: u64,
    text: &'static str,
    shared: Arc<str>,
    owned: Cow<'static, str>,
    letter: char,
    shown: Shown,
    map: HashMap<String, String>,
    metadata: Origin,
}

#[derive(Clone)]
struct Shown;

impl fmt::Display for Shown {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("7")
    }
}

#[derive(Clone, LinkedEvent)]
struct ByHand {
    metadata: Origin,
}

impl Keyed for ByHand {
    fn key(&self) -> Cow<'_, str> {
        "7".into()
    }
}

#[fan_in(
    number(key = number.number),
    text(key = text.text),
    shared(key = shared.shared),
    owned(key = owned.owned),
    letter(key = letter.letter),
    shown(key = shown.shown),
    map(key = &map.map["order"]),
    formatted(key = format_args!("{}", formatted.number)),
    block(key = { let key = block.number;
 key + 0 }),
    borrowed(key = borrowed.text.trim()),
    choice(key = if choice.text.is_empty() { "" } else { choice.text }),
    by_hand
)]
fn expressions(
    number: Derived,
    text: &Derived,
    shared: Derived,
    owned: &Derived,
    letter: Derived,
    shown: &Derived,
    map: Derived,
    formatted: &Derived,
    block: Derived,
    borrowed: &Derived,
    choice: Derived,
    by_hand: &ByHand,
) {
    here();
    drop((number, shared, letter, map, block, choice));
    let _ = (text, owned, shown, formatted, borrowed, by_hand);
}

#[fan_in(a, b, c, d)]
async fn wrapped(a: Arc<Derived>, b: &Box<Derived>, c: WithOrigin<Derived>, d: ByHand) {
    here();
    let _ = (a, b, c, d);
}

#[fan_in(a, b, key = letter)]
async fn field(a: Arc<Derived>, b: &Box<Derived>) {
    here();
    let _ = (a, b);
}

#[tokio::test]
async fn runs() {
    let sdk = Sdk::install();
    let timeout = Duration::from_secs(600);
    let event = || Derived {
        number: 7,
        text: "7",
        shared: "7".into(),
        owned: "7".into(),
        letter: '7',
        shown: Shown,
        map: [("order".to_owned(), "7".to_owned())].into(),
        metadata: Origin::default(),
    };
    let by_hand = || ByHand {
        metadata: Origin::default(),
    };
    let joins = Expressions::in_memory(timeout);
    for arrival in [
        joins.number(event()).map(drop),
        joins.text(event()).map(drop),
        joins.shared(event()).map(drop),
        joins.owned(event()).map(drop),
        joins.letter(event()).map(drop),
        joins.shown(event()).map(drop),
        joins.map(event()).map(drop),
        joins.formatted(event()).map(drop),
        joins.block(event()).map(drop),
        joins.borrowed(event()).map(drop),
        joins.choice(event()).map(drop),
    ] {
        arrival.unwrap();
    }
    joins.by_hand(by_hand()).map(drop).unwrap();
    let joins = Wrapped::in_memory(timeout);
    joins.a(event().into()).await.map(drop).unwrap();
    joins.b(event().into()).await.map(drop).unwrap();
    joins
        .c(WithOrigin::new(event(), Origin::default()))
        .await
        .map(drop)
        .unwrap();
    joins.d(by_hand()).await.map(drop).unwrap();
    let joins = Field::in_memory(timeout);
    joins.a(event().into()).await.map(drop).unwrap();
    joins.b(event().into()).await.map(drop).unwrap();
    sdk.assert_each_body_ran_inside(3);
}
