//! Every option, of the function and of an input.
#![deny(warnings)]

use std::time::Duration;

use linked_span::fan_in::{Arrival, JoinOptions};
use linked_span::{LinkedEvent, Origin, extract, fan_in};
use linked_span_tests::{Sdk, here, pairs};
use opentelemetry::trace::{SpanKind, Tracer, TracerProvider};
use opentelemetry_sdk::trace::SdkTracerProvider;

mod keys {
    pub(crate) const REGION: &str = "region";
}

#[derive(Clone, LinkedEvent)]
struct Payment {
    id: String,
    order: u64,
    metadata: Origin,
}

/// A type of another crate.
struct Message {
    order: (u64, String),
    headers: Vec<(String, String)>,
}

#[fan_in(
    payment(
        key = payment.order,
        relationship = "payment_confirmation",
        attributes(order.id = payment.order, keys::REGION = region)
    ),
    message(
        key = message.order.0.to_string(),
        origin = extract(&message.headers),
        relationship = format!("{}", message.order.1),
        attributes("size" = message.headers.len())
    ),
    join = Fulfillment,
    name = format!("fulfill {region}"),
    kind = consumer,
    attributes(keys::REGION = %region, order = ?payment.order, "text" = "text"),
    parent = root,
    errors = type,
    scope = "shop"
)]
fn all(payment: Payment, message: &Message, region: &str) -> Result<u64, String> {
    here();
    if region.is_empty() {
        return Err(message.order.1.clone());
    }
    Ok(payment.order)
}

#[fan_in(
    payment,
    other(key = other.id),
    key = order,
    relationship = payment.id,
    tracer = tracer.clone(),
    errors = off,
    crate = ::linked_span
)]
async fn others<T>(payment: &Payment, other: &Payment, tracer: &T) -> u64
where
    T: Tracer<Span: Send + Sync + 'static> + Clone + Send + Sync + 'static,
{
    here();
    payment.order + other.order
}

#[fan_in(payment, message(origin = Origin::default()), key = order.0, kind = server, parent = current, errors = full)]
fn nested_fields(payment: &Nested, message: &Message) {
    here();
    let _ = (payment, message);
}

/// Takes what the function is given.
fn origin(payment: &Payment) -> Origin {
    payment.metadata.clone()
}

fn id(payment: &Payment) -> String {
    payment.id.clone()
}

#[fan_in(
    payment(key = id(&payment), origin = origin(&payment), relationship = id(&payment)),
    other(key = id(other), origin = origin(other), attributes(id = id(other))),
    number(key = number, origin = Origin::default(), attributes(is_seven = number == 7))
)]
fn as_given(payment: Payment, other: &Payment, number: u64) {
    here();
    drop(payment);
    assert_eq!(number, 7);
    let _ = other;
}

#[derive(LinkedEvent)]
struct Nested {
    order: (u64,),
    metadata: Origin,
}

#[tokio::test]
async fn runs() {
    let sdk = Sdk::install();
    let timeout = Duration::from_secs(600);
    let payment = || Payment {
        id: "7".to_owned(),
        order: 7,
        metadata: Origin::default(),
    };
    let message = || Message {
        order: (7, "reserved".to_owned()),
        headers: Vec::new(),
    };

    let joins = Fulfillment::in_memory(timeout).on_expired(
        |expired: linked_span::fan_in::Expired<FulfillmentReceived>| {
            let _ = (expired.inputs.payment(), expired.inputs.message());
        },
    );
    joins.payment(payment(), "here").map(drop).unwrap();
    assert!(matches!(
        joins.message(message(), "here"),
        Ok(Arrival::Ran(Ok(7)))
    ));
    let span = sdk.span();
    assert_eq!(
        (span.name.as_ref(), &span.span_kind),
        ("fulfill here", &SpanKind::Consumer)
    );
    assert_eq!(span.instrumentation_scope.name(), "shop");
    let attributes = pairs(&span.attributes);
    assert!(attributes.contains(&("region", "here".into())));
    assert!(attributes.contains(&("fan_in.key", "7".into())));

    let provider = SdkTracerProvider::default();
    let joins = Others::new(
        linked_span::fan_in::Memory::new(),
        JoinOptions::timeout(timeout),
    );
    joins
        .payment(payment(), &provider.tracer("own"))
        .await
        .map(drop)
        .unwrap();
    joins
        .other(payment(), &provider.tracer("own"))
        .await
        .map(drop)
        .unwrap();

    let joins = NestedFields::in_memory(timeout);
    let nested = Nested {
        order: (7,),
        metadata: Origin::default(),
    };
    joins.payment(nested).map(drop).unwrap();
    joins.message(message()).map(drop).unwrap();

    let joins = AsGiven::in_memory(timeout);
    joins.payment(payment()).map(drop).unwrap();
    joins.other(payment()).map(drop).unwrap();
    joins.number(7).map(drop).unwrap();
    sdk.assert_each_body_ran_inside(3);
}
