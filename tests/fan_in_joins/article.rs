//! The article's `OrderFulfillmentService`. It sets what its Python sets on the span and its links, in a third of its
//! lines.
//!
//! The lines are between two marks, where a test counts them.

use std::time::Duration;

use linked_span::{LinkedEvent, Origin, fan_in, set_attribute};
use linked_span_tests::{Sdk, Time, ms, pairs, producer};
use opentelemetry::trace::{SpanId, SpanKind, Status};

use crate::{links, memory, options, ran, waits_for};

#[derive(LinkedEvent)]
struct PaymentConfirmed {
    order_id: String,
    metadata: Origin,
}

#[derive(LinkedEvent)]
struct InventoryReserved {
    order_id: String,
    metadata: Origin,
}

fn ship_order(_: &str) {}

// Fan-In:
#[fan_in(
    payment(relationship = "payment_confirmation"),
    inventory(relationship = "inventory_reservation"),
    key = order_id,
    attributes(order.id = payment.order_id, fulfillment.trigger_count = 2),
)]
fn fulfill_order(payment: &PaymentConfirmed, inventory: &InventoryReserved) {
    ship_order(&payment.order_id);
    set_attribute("fulfillment.status", "shipped");
}

fn order_fulfillment_service() -> FulfillOrder {
    FulfillOrder::in_memory(Duration::from_mins(10))
}
// :end

fn payment() -> PaymentConfirmed {
    PaymentConfirmed {
        order_id: "o-1".into(),
        metadata: producer(1).into(),
    }
}

fn inventory() -> InventoryReserved {
    InventoryReserved {
        order_id: "o-1".into(),
        metadata: producer(2).into(),
    }
}

/// The links have the order of the declaration, in any order of arrival.
fn assert_fulfilled(sdk: &Sdk, payment_waited: f64, inventory_waited: f64) {
    let span = sdk.span();
    assert_eq!(span.name, "fulfill_order");
    assert_eq!(span.span_kind, SpanKind::Internal);
    assert_eq!(span.parent_span_id, SpanId::INVALID);
    assert_eq!(span.status, Status::Unset);
    assert_eq!(
        pairs(&span.attributes),
        [
            ("fan_in.key", "o-1".into()),
            ("fan_in.input_count", 2.into()),
            ("order.id", "o-1".into()),
            ("fulfillment.trigger_count", 2.into()),
            ("fulfillment.status", "shipped".into()),
        ]
    );
    assert_eq!(
        links(&span),
        [
            (
                producer(1),
                vec![
                    ("link.relationship", "payment_confirmation".into()),
                    ("fan_in.wait", payment_waited.into()),
                ]
            ),
            (
                producer(2),
                vec![
                    ("link.relationship", "inventory_reservation".into()),
                    ("fan_in.wait", inventory_waited.into()),
                ]
            ),
        ]
    );
}

#[test]
fn payment_first_is_fulfilled() {
    let (sdk, time) = (Sdk::install(), Time::default());
    let service = FulfillOrder::new(memory(&time), options());
    assert_eq!(waits_for(service.payment(payment())), "inventory");
    time.pass(ms(1_500));
    ran(service.inventory(inventory()));
    assert_fulfilled(&sdk, 1.5, 0.0);
}

#[test]
fn inventory_first_is_fulfilled() {
    let (sdk, time) = (Sdk::install(), Time::default());
    let service = FulfillOrder::new(memory(&time), options());
    assert_eq!(waits_for(service.inventory(inventory())), "payment");
    time.pass(ms(250));
    ran(service.payment(payment()));
    assert_fulfilled(&sdk, 0.0, 0.25);
}

#[test]
fn in_memory_join_of_the_article_is_fulfilled() {
    let sdk = Sdk::install();
    let service = order_fulfillment_service();
    assert_eq!(waits_for(service.payment(payment())), "inventory");
    assert_eq!(sdk.spans().len(), 0);
    ran(service.inventory(inventory()));
    assert_eq!(links(&sdk.span()).len(), 2);
}

/// The article's lines were counted by the same rule, without its docstrings.
#[test]
fn article_code_is_a_third_as_long() {
    let (_, ours) = include_str!("article.rs")
        .split_once("// Fan-In:\n")
        .expect("a mark");
    let (ours, _) = ours.split_once("// :end").expect("an end");
    let code = |line: &&str| !line.trim().is_empty() && !line.trim().starts_with("//");
    let ours = ours.lines().filter(code).count();
    assert!(ours * 3 <= 46, "{ours} lines, for the article's 46");
}
