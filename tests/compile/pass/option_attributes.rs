//! `attributes(…)`, of the span and of a parameter's link.
#![deny(warnings)]

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use linked_span::{LinkedEvent, Origin, linked_span};
use linked_span_tests::{Sdk, here, here_and, pairs, producer};

mod keys {
    pub(crate) const REGION: &str = "cloud.region";
}

const ZONE: opentelemetry::Key = opentelemetry::Key::from_static_str("cloud.zone");

#[derive(Debug)]
struct Amount(u32);

impl fmt::Display for Amount {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} EUR", self.0)
    }
}

#[derive(LinkedEvent)]
struct Order {
    id: u64,
    name: String,
    amount: Amount,
    coupon: Option<String>,
    tags: Vec<&'static str>,
    metadata: Origin,
}

#[linked_span(event, attributes(
    order.id = event.id,
    event.type = "order",
    r#for.r#as = 'x',
    "a string" = true,
    self::keys::REGION = "eu",
    keys::REGION = "eu-1",
    super::option_attributes::ZONE = Some("a"),
    integer = -1,
    unsigned = u64::MAX,
    float = 1.5,
    single = 1.5_f32,
    sum = event.id + 1,
    text = event.name,
    sliced = event.name[1..],
    cow = Cow::Borrowed("cow"),
    shared = Arc::<str>::from("shared"),
    none = event.coupon,
    none_of_a_reference = event.coupon.as_deref(),
    reference = &event.name,
    shown = %event.amount,
    shown_sum = %event.id + 1,
    debugged = ?event.tags,
    chosen = if event.id > 1 { "many" } else { "one" },
    matched = match event.coupon { Some(_) => 1, None => 0 },
    closure = (|| 1)(),
    made = format!("{}!", event.name),
    formatted = format_args!("{}?", event.name),
    compared = event.id < 2,
    generic = Vec::<u8>::new().len(),
))]
fn all(event: &Order) {
    here();
}

#[linked_span(event, attributes())]
async fn none(event: &Order) {
    here();
}

#[linked_span(event(attributes(region = %event.amount, "b" = 2, keys::REGION = event.name)), attributes(a = 1))]
async fn of_the_link(event: &Order) {
    here();
}

#[linked_span(event(relationship = "caused_by"))]
fn relationship_of_the_link(event: &Order) {
    here();
}

#[linked_span(event, relationship = "follows")]
fn relationship(event: &Order) {
    here();
}

#[linked_span(event, relationship = if event.id > 1 { "follows" } else { "starts" })]
fn computed_relationship(event: &Order) {
    here();
}

#[linked_span(event, relationship = event.name)]
fn relationship_of_the_event(event: &Order) {
    here();
}

#[linked_span(event(origin = origin, attributes(a = %event.0,),), attributes(b = 1,),)]
fn debugged(event: &Foreign, origin: &Origin) {
    here();
}

#[linked_span(event, attributes(order.id = event))]
fn moved_by_the_body(event: Owned) -> Owned {
    here_and(event)
}

#[derive(Clone)]
struct Owned(String);

impl LinkedEvent for Owned {
    fn origin(&self) -> Origin {
        Origin::default()
    }
}

impl linked_span::AttributeValue for Owned {
    fn to_value(&self) -> Option<opentelemetry::Value> {
        Some(self.0.clone().into())
    }
}

struct Foreign(Amount);

#[tokio::test]
async fn runs() {
    let sdk = Sdk::install();
    let event = &Order {
        id: 1,
        name: "one".to_owned(),
        amount: Amount(1),
        coupon: None,
        tags: vec!["new"],
        metadata: producer(1).into(),
    };
    all(event);
    none(event).await;
    of_the_link(event).await;
    relationship_of_the_link(event);
    relationship(event);
    computed_relationship(event);
    relationship_of_the_event(event);
    debugged(&Foreign(Amount(1)), &event.metadata);
    moved_by_the_body(Owned("one".to_owned()));
    sdk.assert_each_body_ran_inside(9);
    let spans = sdk.spans();
    assert_eq!(
        pairs(&spans[0].attributes),
        [
            ("event.id", "1".into()),
            ("order.id", 1.into()),
            ("event.type", "order".into()),
            ("for.as", "x".into()),
            ("a string", true.into()),
            ("cloud.region", "eu-1".into()),
            ("cloud.zone", "a".into()),
            ("integer", (-1).into()),
            ("unsigned", u64::MAX.to_string().into()),
            ("float", 1.5.into()),
            ("single", 1.5.into()),
            ("sum", 2.into()),
            ("text", "one".into()),
            ("sliced", "ne".into()),
            ("cow", "cow".into()),
            ("shared", "shared".into()),
            ("reference", "one".into()),
            ("shown", "1 EUR".into()),
            ("shown_sum", "2".into()),
            ("debugged", "[\"new\"]".into()),
            ("chosen", "one".into()),
            ("matched", 0.into()),
            ("closure", 1.into()),
            ("made", "one!".into()),
            ("formatted", "one?".into()),
            ("compared", true.into()),
            ("generic", 0.into()),
        ]
    );
}
