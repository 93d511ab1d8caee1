//! `#[derive(LinkedEvent)]` on structs: every role, by name and by mark.
#![deny(warnings)]

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::Arc;

use linked_span::{Keyed, LinkedEvent, Origin};
use linked_span_tests::{producer, traceparent};

#[derive(Default, LinkedEvent)]
struct ByName {
    id: String,
    event_type: String,
    metadata: Origin,
}

#[derive(Default, LinkedEvent)]
struct RawType {
    r#type: Arc<str>,
    id: Option<u64>,
    metadata: HashMap<String, String>,
}

#[derive(Default, LinkedEvent)]
struct Marked {
    #[event(id)]
    number: Number,
    #[event(type)]
    kind: &'static str,
    #[event(metadata)]
    headers: Vec<(String, String)>,
    #[event(key)]
    order: Number,
    #[event(attribute = "order.total", attribute = "total")]
    total: u32,
    #[event(attribute = "order.coupon")]
    coupon: Option<String>,
    #[event(skip)]
    r#type: (),
}

#[derive(Default, LinkedEvent)]
#[event(type = "order.created")]
struct Constant {
    #[event(id, key, attribute = "order.id")]
    order_id: u64,
    metadata: Option<BTreeMap<String, String>>,
    #[event(skip)]
    id: [u8; 4],
}

#[derive(LinkedEvent)]
struct Tuple(
    #[event(id)] u64,
    #[event(metadata)] Origin,
    #[event(key)] Cow<'static, str>,
);

#[derive(LinkedEvent)]
struct Newtype(ByName);

#[derive(LinkedEvent)]
struct MarkedNewtype(#[event(metadata)] Origin);

#[derive(LinkedEvent)]
pub struct OptionalType {
    event_type: Option<&'static str>,
    metadata: Origin,
}

#[derive(Default)]
struct Number(u8);

impl fmt::Display for Number {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "№ {}", self.0)
    }
}

#[test]
fn runs() {
    let by_name = ByName {
        id: "1".to_owned(),
        event_type: "order".to_owned(),
        metadata: producer(1).into(),
    };
    assert_eq!(by_name.id(), Some("1".into()));
    assert_eq!(by_name.event_type(), Some("order".into()));
    assert_eq!(Newtype(by_name).origin(), producer(1).into());
    let raw = RawType {
        r#type: "order".into(),
        id: None,
        metadata: HashMap::from([("traceparent".to_owned(), traceparent(&producer(2)))]),
    };
    assert_eq!(raw.id(), None);
    assert_eq!(raw.event_type(), Some("order".into()));
    assert!(raw.origin().span_context().is_valid());
    let marked = Marked {
        total: 1,
        coupon: Some("code".to_owned()),
        ..Marked::default()
    };
    assert_eq!(marked.id(), Some("№ 0".into()));
    assert_eq!(marked.key(), "№ 0");
    assert_eq!(marked.event_type(), Some("".into()));
    assert_eq!(marked.r#type, ());
    let constant = Constant::default();
    assert_eq!(constant.id(), Some("0".into()));
    assert_eq!(constant.event_type(), Some("order.created".into()));
    assert_eq!(constant.id, [0; 4]);
    let tuple = Tuple(7, producer(3).into(), "key".into());
    assert_eq!(tuple.id(), Some("7".into()));
    assert_eq!(tuple.key(), "key");
    assert_eq!(MarkedNewtype(Origin::default()).id(), None);
    let optional = OptionalType {
        event_type: Some("order"),
        metadata: Origin::default(),
    };
    assert_eq!(optional.event_type(), Some("order".into()));
}
