//! An order from its creation to its shipping: each event is handled in its own trace, which links to its producer.
//!
//! ```text
//! cargo run --example order_fulfillment
//! ```
//!
//! A new order has four consumers: mail, analytics, payments and stock. It is shipped once its payment and its inventory have
//! arrived, in any order, and cancelled if one of them does not arrive. Only links connect the traces of an order.
//!
//! To see the flows, start `cargo run --package flow` in another terminal, and run this with
//! `OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318`.

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

use crate::consumers::{analyze, charge, join, notify, reserve, sweep, track};
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

/// What the topic of an order's progress consists of.
#[derive(Serialize, Deserialize)]
enum OrderProgress {
    Paid(PaymentConfirmed),
    Reserved(InventoryReserved),
}

#[derive(Serialize, Deserialize, LinkedEvent)]
#[event(type = "order.shipped")]
struct OrderShipped {
    id: String,
    metadata: Origin,
}

// The producer. The event stores the span that is active here.

fn create_order(id: &str, customer_email: &str) -> OrderCreated {
    let tracer = global::tracer("orders");
    let span = tracer
        .span_builder("create_order")
        .with_kind(SpanKind::Producer);
    tracer.in_span_with_builder(span, |_| {
        set_attribute("order.id", id);
        OrderCreated {
            id: id.to_owned(),
            customer_email: customer_email.to_owned(),
            metadata: Origin::current(),
        }
    })
}

// Four handlers of one event. The last two return an event, so they are also its producers.

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

#[linked_span(event, relationship = "triggered_by_order_created", attributes(order.id = event.id))]
async fn confirm_payment(event: &OrderCreated) -> PaymentConfirmed {
    charge_card(event).await;
    PaymentConfirmed {
        order_id: event.id.clone(),
        metadata: Origin::current(),
    }
}

#[linked_span(event, relationship = "triggered_by_order_created", attributes(order.id = event.id))]
async fn reserve_inventory(event: &OrderCreated) -> Result<InventoryReserved, Failure> {
    take_from_shelf(event).await?;
    Ok(InventoryReserved {
        order_id: event.id.clone(),
        metadata: Origin::current(),
    })
}

// A handler of two events, and a callback for the case that one of them does not arrive in time.

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

async fn cancel_order(expired: Expired<FulfillOrderReceived>) {
    if let Some(payment) = expired.inputs.payment() {
        refund(payment).await;
    }
    set_attribute("fulfillment.status", "cancelled");
}

// A handler of the event that ends an order.

#[linked_span(event, relationship = "triggered_by_order_shipped")]
async fn send_tracking_number(event: &OrderShipped) {
    send_email(&event.id, "On its way").await;
}

// A topic for each type of event, and a task for each consumer.

const ORDERS: [(&str, &str); 3] = [
    ("o-1", "ada@example.com"),
    ("o-2", "bob@example.com"),
    ("o-3", "eve@example.com"),
];

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let telemetry = Telemetry::install("order_fulfillment")?;
    let orders = Topic::new();
    let progress = Topic::new();
    let shipments = Topic::new();
    let timeout = Duration::from_secs(1); // an event waits this long for the other
    let fulfill = Arc::new(FulfillOrder::in_memory(timeout).on_expired(cancel_order));

    let joiner = tokio::spawn(join(
        progress.subscribe(),
        Arc::clone(&fulfill),
        shipments.clone(),
    ));
    let consumers = [
        tokio::spawn(notify(orders.subscribe())),
        tokio::spawn(analyze(orders.subscribe())),
        tokio::spawn(charge(orders.subscribe(), progress.clone())),
        tokio::spawn(reserve(orders.subscribe(), progress)),
        tokio::spawn(track(shipments.subscribe())),
    ];
    let sweeper = tokio::spawn(sweep(Arc::clone(&fulfill), shipments.clone()));

    for (id, customer_email) in ORDERS {
        orders.publish(&create_order(id, customer_email))?;
    }

    drop(orders); // the consumers' loops end with their topics
    joiner.await??;
    fulfill.join().settled("o-3").await;
    sweeper.abort();
    drop(shipments);
    for consumer in consumers {
        consumer.await??;
    }

    print!("{}", Tree(&telemetry.spans()?));
    Ok(telemetry.shutdown()?)
}

// Functions that the handlers call. A span that is opened in a handler is a child of the handler's span.

async fn send_email(_address: &str, _subject: &str) {
    tokio::time::sleep(Duration::from_millis(4)).await;
}

async fn charge_card(_event: &OrderCreated) {
    tokio::time::sleep(Duration::from_millis(9)).await;
}

async fn take_from_shelf(event: &OrderCreated) -> Result<(), Failure> {
    tokio::time::sleep(Duration::from_millis(6)).await;
    if event.id == "o-3" {
        return Err("out of stock".into());
    }
    Ok(())
}

async fn ship(_inventory: &InventoryReserved) {
    tokio::time::sleep(Duration::from_millis(12)).await;
}

async fn refund(_payment: &PaymentConfirmed) {
    tokio::time::sleep(Duration::from_millis(5)).await;
}

fn record_metric(name: &'static str) {
    global::tracer("metrics").in_span("record_metric", |_| set_attribute("metric.name", name));
}
