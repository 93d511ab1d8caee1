//! Patterns, and the variables that options use.

use linked_span::linked_span;
use linked_span_tests_edition::{install, order, wait, Order};

/// A variable has the same type in an option and in the body.
fn by_value(number: u32, id: &String) -> bool {
    number > 100 && !id.is_empty()
}

#[linked_span(
    name = format!("order {}", number + 1),
    relationship = if number > 100 { "big" } else { "small" },
    attributes(big = number > 100, same = by_value(number, &id), id.length = id.len() as i64)
)]
fn typed(Order { number, id, .. }: Order) -> String {
    format!("{}{}", id, number)
}

#[linked_span(attributes(big = number > 100))]
async fn typed_later(Order { number, id, .. }: Order) -> String {
    format!("{}{}", id, number)
}

#[linked_span(attributes(big = *number > 100, id = id.as_str()))]
fn typed_references(Order { number, id, .. }: &Order) -> String {
    format!("{}{}", id, number)
}

#[linked_span(attributes(big = *number > 100))]
fn bound_by_reference(
    Order {
        ref number, mut id, ..
    }: Order,
) -> String {
    id.push_str(&number.to_string());
    id
}

#[linked_span(attributes(big = number > 100), parent = event)]
fn typed_future(Order { number, id, .. }: Order) -> impl std::future::Future<Output = String> {
    async move { format!("{}{}", id, number) }
}

#[linked_span(attributes(big = number > 100))]
fn typed_boxed_future(
    Order { mut number, id, .. }: Order,
) -> std::pin::Pin<Box<dyn std::future::Future<Output = String>>> {
    number += 0;
    Box::pin(async move { format!("{}{}", id, number) })
}

#[linked_span(attributes(first = first.number > 100))]
fn of_a_batch([first, second]: [Order; 2]) -> u32 {
    first.number + second.number
}

#[linked_span(event)]
fn alternatives((Ok(event) | Err(event)): Result<Order, Order>, n: u8) -> u32 {
    event.number + u32::from(n)
}

#[linked_span(event, attributes(n = n > 1))]
async fn alternatives_later(
    (Ok(event) | Err(event)): Result<Order, Order>,
    (n, _): (u8, u8),
) -> u32 {
    event.number + u32::from(n)
}

#[linked_span(event)]
fn constants(event: &Order, (None | Some(_)): Option<u8>, [.., LAST | _]: [u8; 2]) -> u32 {
    event.number
}

const LAST: u8 = 3;

macro_rules! pair {
    ($a:ident, $b:ident) => {
        ($a, $b)
    };
}

#[linked_span(event, attributes(a = i64::from(a)))]
fn made_by_a_macro(event: &Order, pair!(a, b): (u32, u32)) -> u32 {
    event.number + a + b
}

#[test]
fn variables_of_patterns_have_the_types_of_the_body() {
    install();
    assert_eq!(typed(order("1")), "order-11");
    assert_eq!(wait(typed_later(order("1"))), "order-11");
    assert_eq!(typed_references(&order("1")), "order-11");
    assert_eq!(bound_by_reference(order("1")), "order-11");
    assert_eq!(wait(typed_future(order("1"))), "order-11");
    assert_eq!(wait(typed_boxed_future(order("1"))), "order-11");
    assert_eq!(of_a_batch([order("1"), order("2")]), 2);
}

#[test]
fn patterns_of_every_kind_are_parameters() {
    install();
    assert_eq!(alternatives(Ok(order("1")), 1), 2);
    assert_eq!(wait(alternatives_later(Err(order("1")), (1, 2))), 2);
    assert_eq!(constants(&order("1"), None, [1, 2]), 1);
    assert_eq!(made_by_a_macro(&order("1"), (1, 2)), 4);
}
