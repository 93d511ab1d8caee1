//! `origin = …` and `view = …` on lists that are one event, and on each element of a batch.
#![deny(warnings)]

use linked_span::messaging::Message;
use linked_span::{LinkedEvent, Origin, WithOrigin, extract, linked_span};
use linked_span_tests::{Sdk, here, producer};

type Headers = Vec<(String, String)>;

#[linked_span(body(origin = Origin::default()))]
fn bytes(body: &[u8]) -> usize {
    here();
    body.len()
}

#[linked_span(body(origin = Origin::default()))]
fn owned_bytes(body: Vec<u8>) -> usize {
    here();
    body.len()
}

#[linked_span(headers(origin = extract(&headers)))]
fn carrier(headers: Headers) -> usize {
    here();
    headers.len()
}

#[linked_span(headers(origin = extract(headers.as_ref())))]
fn optional(headers: Option<Headers>) -> bool {
    here();
    headers.is_some()
}

/// A list that is an event itself.
struct Page(Vec<u8>);

impl std::ops::Deref for Page {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

impl LinkedEvent for Page {
    fn origin(&self) -> Origin {
        Origin::default()
    }
}

#[linked_span(page(origin = Origin::from(producer(1))))]
fn event(page: &Page) -> usize {
    here();
    page.len()
}

#[linked_span(value(origin = Origin::default()))]
fn generic<T>(value: T) -> T {
    here();
    value
}

struct Order(Origin);

fn describe(order: &Order) -> Message<'_> {
    Message::new("kafka").produced_at(&order.0)
}

#[linked_span(orders(view = describe))]
fn each_by_a_function(orders: &[Order]) -> usize {
    here();
    orders.len()
}

#[linked_span(orders(view = orders.iter().map(describe).collect::<Vec<_>>()))]
fn each_by_an_expression(orders: &[Order]) -> usize {
    here();
    orders.len()
}

#[linked_span(orders(view = orders.iter().map(|order| &order.0).collect::<Vec<_>>()))]
fn each_origin(orders: &[Order]) -> usize {
    here();
    orders.len()
}

#[linked_span(orders)]
fn with_origins(orders: &[WithOrigin<u8>]) -> usize {
    here();
    orders.len()
}

#[test]
fn runs() {
    let sdk = Sdk::install();
    assert_eq!(bytes(b"body"), 4);
    assert_eq!(owned_bytes(b"body".to_vec()), 4);
    assert_eq!(carrier(Vec::new()), 0);
    assert!(!optional(None));
    assert_eq!(event(&Page(vec![1])), 1);
    assert_eq!(generic(7), 7);
    assert_eq!(generic(vec![7]), [7]);
    let orders = [Order(producer(1).into()), Order(producer(2).into())];
    assert_eq!(each_by_a_function(&orders), 2);
    assert_eq!(each_by_an_expression(&orders), 2);
    assert_eq!(each_origin(&orders), 2);
    assert_eq!(with_origins(&[WithOrigin::current(7)]), 1);
    sdk.assert_each_body_ran_inside(11);
}
