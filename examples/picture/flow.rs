//! An order: a card is charged and items are reserved; after both, the order is fulfilled.

use std::time::Duration;

use linked_span::{LinkedEvent, Origin, fan_in, linked_span};
use opentelemetry::global;
use opentelemetry::trace::{SpanKind, Tracer};

const ORDER: &str = "o-1";

#[derive(LinkedEvent)]
struct OrderCreated {
    metadata: Origin,
}

#[derive(LinkedEvent)]
struct PaymentConfirmed {
    #[event(key)]
    order: &'static str,
    metadata: Origin,
}

#[derive(LinkedEvent)]
struct InventoryReserved {
    #[event(key)]
    order: &'static str,
    metadata: Origin,
}

#[linked_span(event)]
fn charge_card(event: &OrderCreated) -> PaymentConfirmed {
    PaymentConfirmed {
        order: ORDER,
        metadata: sent_to("payments"),
    }
}

#[linked_span(event)]
fn reserve_items(event: &OrderCreated) -> InventoryReserved {
    InventoryReserved {
        order: ORDER,
        metadata: sent_to("stock"),
    }
}

#[fan_in(payment, inventory)]
fn fulfill_order(payment: &PaymentConfirmed, inventory: &InventoryReserved) {
    in_span("book_courier", SpanKind::Client, || ());
}

pub(crate) fn run() -> Result<(), linked_span_examples::Failure> {
    let order = in_span("POST /orders", SpanKind::Server, || OrderCreated {
        metadata: sent_to("orders"),
    });
    let payment = charge_card(&order);
    let inventory = reserve_items(&order);

    let fulfill = FulfillOrder::in_memory(Duration::from_secs(600));
    let _waiting = fulfill.payment(payment)?;
    let _ran = fulfill.inventory(inventory)?;
    Ok(())
}

/// Returns the origin of an event that is sent to a topic, in a producer span.
fn sent_to(topic: &str) -> Origin {
    in_span(format!("send {topic}"), SpanKind::Producer, Origin::current)
}

fn in_span<T>(name: impl Into<String>, kind: SpanKind, body: impl FnOnce() -> T) -> T {
    let tracer = global::tracer("picture");
    let span = tracer.span_builder(name.into()).with_kind(kind);
    tracer.in_span_with_builder(span, |_| body())
}
