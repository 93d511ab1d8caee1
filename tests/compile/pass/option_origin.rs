//! `event(origin = …)`: events whose type is not a `LinkedEvent`.
#![deny(warnings)]

use std::collections::HashMap;

use linked_span::{LinkedEvent, Origin, extract, linked_span};
use linked_span_tests::{Sdk, here, here_and, pairs, producer, traceparent};
use opentelemetry::Context;
use opentelemetry::trace::SpanContext;

struct Message {
    headers: HashMap<String, String>,
}

impl Message {
    fn headers(&self) -> Option<&HashMap<String, String>> {
        Some(&self.headers)
    }
}

#[derive(LinkedEvent)]
struct Order {
    id: u64,
    metadata: Origin,
}

#[linked_span(event(origin = extract(&event.headers())))]
fn extracted(event: &Message) {
    here();
}

#[linked_span(event(origin = Origin::default()))]
async fn default_origin(event: Order) -> Order {
    here_and(event)
}

#[linked_span(event(origin = producer))]
fn of_a_span_context(event: &str, producer: &SpanContext) {
    here();
}

#[linked_span(event(origin = producer.cloned()))]
fn of_an_option(event: &[u8], producer: Option<&SpanContext>) {
    here();
}

#[linked_span(event(origin = context))]
async fn of_a_context(event: &dyn std::fmt::Debug, context: &Context) {
    here();
}

#[linked_span(event(origin = match event {
    Ok(order) => order.metadata.clone(),
    Err(_) => return,
}))]
fn a_return_of_its_own(event: &Result<Order, String>) {
    here();
}

#[linked_span(event(origin = &event.origin()))]
fn generic<E: LinkedEvent>(event: E) {
    here();
    drop(event);
}

#[linked_span(event(origin = Origin::default()))]
fn opaque(event: impl Send) {
    here();
    drop(event);
}

#[tokio::test]
async fn runs() {
    let sdk = Sdk::install();
    let headers = HashMap::from([("traceparent".to_owned(), traceparent(&producer(1)))]);
    extracted(&Message { headers });
    let order = Order {
        id: 7,
        metadata: Origin::default(),
    };
    let order = default_origin(order).await;
    of_a_span_context("text", &producer(1));
    of_an_option(&[], Some(&producer(1)));
    of_a_context(&1, &Context::new()).await;
    a_return_of_its_own(&Err(String::new()));
    generic(order);
    opaque(1);
    sdk.assert_each_body_ran_inside(8);
    let spans = sdk.spans();
    assert_eq!(spans[0].links.len(), 1);
    assert_eq!(pairs(&spans[1].attributes), [("event.id", "7".into())]);
}
