//! Orders on their way: each event is handled in a trace of its own, linked to the span that produced it.
//!
//! ```text
//! cargo run --example order_fulfillment
//! ```
//!
//! An order that is created has two consumers. It is shipped once its payment and its inventory have come, in any order,
//! and cancelled if one of them does not come; what was shipped is recorded as a batch.
//!
//! With `OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:4318`, the spans also go to the collector there.

mod consumers;
mod topic;

use std::sync::Arc;
use std::time::Duration;

use linked_span::fan_in::Expired;
use linked_span::{LinkedEvent, Origin, fan_in, linked_span, set_attribute};
use linked_span_examples::{Failure, Telemetry, Tree};
use opentelemetry::global;
use opentelemetry::trace::{SpanKind, Tracer};
use serde::{Deserialize, Serialize};

use crate::consumers::{analyze, collect, notify, sweep, take_payments, take_reservations};
use crate::topic::Topic;

// The events.

#[derive(Serialize, Deserialize, LinkedEvent)]
#[event(type = "order.created")]
struct OrderCreated {
    id: String,
    customer_email: String,
    metadata: Origin,
}

#[derive(Serialize, Deserialize, LinkedEvent)]
#[event(type = "payment.confirmed")]
struct PaymentConfirmed {
    #[event(key)]
    order_id: String,
    metadata: Origin,
}

#[derive(Serialize, Deserialize, LinkedEvent)]
#[event(type = "inventory.reserved")]
struct InventoryReserved {
    #[event(key)]
    order_id: String,
    metadata: Origin,
}

#[derive(Serialize, Deserialize, LinkedEvent)]
#[event(type = "order.shipped")]
struct OrderShipped {
    id: String,
    metadata: Origin,
}

// The producers: any span will do, as long as it is active where the event is made.

fn create_order(id: &str, customer_email: &str) -> OrderCreated {
    produce("create_order", id, || OrderCreated {
        id: id.to_owned(),
        customer_email: customer_email.to_owned(),
        metadata: Origin::current(),
    })
}

fn confirm_payment(order_id: &str) -> PaymentConfirmed {
    produce("confirm_payment", order_id, || PaymentConfirmed {
        order_id: order_id.to_owned(),
        metadata: Origin::current(),
    })
}

fn reserve_inventory(order_id: &str) -> InventoryReserved {
    produce("reserve_inventory", order_id, || InventoryReserved {
        order_id: order_id.to_owned(),
        metadata: Origin::current(),
    })
}

fn produce<E>(span: &'static str, order_id: &str, event: impl FnOnce() -> E) -> E {
    let tracer = global::tracer("orders");
    let span = tracer.span_builder(span).with_kind(SpanKind::Producer);
    tracer.in_span_with_builder(span, |_| {
        set_attribute("order.id", order_id);
        event()
    })
}

// Two handlers of one event.

#[linked_span(event, relationship = "triggered_by_order_created")]
async fn send_order_confirmation_email(event: &OrderCreated) {
    send_email(&event.customer_email, "Order confirmed").await;
    set_attribute("notification.channel", "email");
}

#[linked_span(event, relationship = "triggered_by_order_created")]
fn record_order_analytics(event: &OrderCreated) {
    record_metric("orders");
    set_attribute("analytics.recorded", true);
}

// A handler of two events, and what is done if one of them does not come in time.

#[fan_in(
    payment(relationship = "payment_confirmation"),
    inventory(relationship = "inventory_reservation"),
    attributes(order.id = payment.order_id, fulfillment.trigger_count = 2)
)]
async fn fulfill_order(
    payment: &PaymentConfirmed,
    inventory: &InventoryReserved,
    shipments: &Topic,
) -> Result<(), Failure> {
    ship(inventory).await;
    set_attribute("fulfillment.status", "shipped");
    shipments.publish(&OrderShipped {
        id: payment.order_id.clone(),
        metadata: Origin::current(),
    })
}

async fn cancel_order(expired: Expired<FulfillOrderInputs>) {
    if let Some(payment) = expired.inputs.payment() {
        refund(payment).await;
    }
    set_attribute("fulfillment.status", "cancelled");
}

// A handler of a batch.

#[linked_span(events, name = "process_event_batch")]
fn process_batch(events: &[OrderShipped]) {
    for _event in events {
        record_metric("shipments");
    }
}

// What stands around them: a topic for each type of event, and a task for each consumer.

const ORDERS: [(&str, &str); 3] = [
    ("o-1", "ada@example.com"),
    ("o-2", "bob@example.com"),
    ("o-3", "eve@example.com"),
];

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let telemetry = Telemetry::install("order_fulfillment")?;
    let orders = Topic::new();
    let payments = Topic::new();
    let reservations = Topic::new();
    let shipments = Topic::new();
    let timeout = Duration::from_secs(1); // so long an event waits for the other
    let fulfill = Arc::new(FulfillOrder::in_memory(timeout).on_expired(cancel_order));

    let consumers = [
        tokio::spawn(notify(orders.subscribe())),
        tokio::spawn(analyze(orders.subscribe())),
        tokio::spawn(take_payments(
            payments.subscribe(),
            Arc::clone(&fulfill),
            shipments.clone(),
        )),
        tokio::spawn(take_reservations(
            reservations.subscribe(),
            Arc::clone(&fulfill),
            shipments.clone(),
        )),
    ];
    let sweeper = tokio::spawn(sweep(Arc::clone(&fulfill), shipments.clone()));
    let batch = tokio::spawn(collect(shipments.subscribe()));

    for (id, customer_email) in ORDERS {
        orders.publish(&create_order(id, customer_email))?;
    }
    // In any order; the third is out of stock.
    reservations.publish(&reserve_inventory("o-1"))?;
    for (id, _) in ORDERS {
        payments.publish(&confirm_payment(id))?;
    }
    reservations.publish(&reserve_inventory("o-2"))?;

    drop((orders, payments, reservations)); // the consumers' loops end with them
    for consumer in consumers {
        consumer.await??;
    }
    fulfill.join().settled("o-3").await;
    sweeper.abort();
    drop(shipments); // and so does the last one
    batch.await??;

    print!("{}", Tree(&telemetry.spans()?));
    Ok(telemetry.shutdown()?)
}

// What the handlers call; a span that is opened in a handler is a child of the handler's.

async fn send_email(_address: &str, _subject: &str) {
    tokio::task::yield_now().await;
}

async fn ship(_inventory: &InventoryReserved) {
    tokio::task::yield_now().await;
}

async fn refund(_payment: &PaymentConfirmed) {
    tokio::task::yield_now().await;
}

fn record_metric(name: &'static str) {
    global::tracer("metrics").in_span("record_metric", |_| set_attribute("metric.name", name));
}
