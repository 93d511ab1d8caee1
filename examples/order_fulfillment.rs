//! One event, two consumers: each handles it in a trace of its own, linked to the producer's span.
//!
//! ```text
//! cargo run --example order_fulfillment
//! ```
//!
//! With `OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:4318`, the spans also go to the collector there.

use std::error::Error;

use linked_span::{LinkedEvent, Origin, linked_span, set_attribute};
use linked_span_examples::{Telemetry, Tree};
use opentelemetry::global;
use opentelemetry::trace::{SpanKind, Tracer};
use serde::{Deserialize, Serialize};
use tokio::sync::broadcast::{self, Receiver};

#[derive(Clone, Debug, Serialize, Deserialize, LinkedEvent)]
#[event(type = "order.created")]
struct OrderCreated {
    id: String,
    customer_email: String,
    metadata: Origin,
}

// The producer: any span will do, as long as it is active where the event is made.

fn create_order(id: &str, customer_email: &str) -> OrderCreated {
    let tracer = global::tracer("orders");
    let span = tracer
        .span_builder("create_order")
        .with_kind(SpanKind::Producer);
    tracer.in_span_with_builder(span, |_| OrderCreated {
        id: id.to_owned(),
        customer_email: customer_email.to_owned(),
        metadata: Origin::current(),
    })
}

// The consumers.

#[linked_span(event, relationship = "triggered_by_order_created")]
async fn send_order_confirmation_email(event: &OrderCreated) {
    send_email(&event.customer_email, "Order confirmed").await;
    set_attribute("notification.channel", "email");
}

#[linked_span(event, relationship = "triggered_by_order_created")]
fn record_order_analytics(event: &OrderCreated) {
    record_metric(event);
    set_attribute("analytics.recorded", true);
}

// What stands around them: a topic of JSON, as a broker would have it, and a loop for each consumer.

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let telemetry = Telemetry::install("order_fulfillment")?;

    let (topic, orders) = broadcast::channel(16);
    let notifications = tokio::spawn(notify(orders));
    let analytics = tokio::spawn(analyze(topic.subscribe()));
    for (id, customer_email) in [("o-1", "ada@example.com"), ("o-2", "bob@example.com")] {
        topic.send(serde_json::to_string(&create_order(id, customer_email))?)?;
    }
    drop(topic); // the consumers' loops end with it
    notifications.await??;
    analytics.await??;

    print!("{}", Tree(&telemetry.spans()?));
    Ok(telemetry.shutdown()?)
}

async fn notify(mut orders: Receiver<String>) -> serde_json::Result<()> {
    while let Ok(message) = orders.recv().await {
        send_order_confirmation_email(&serde_json::from_str(&message)?).await;
    }
    Ok(())
}

async fn analyze(mut orders: Receiver<String>) -> serde_json::Result<()> {
    while let Ok(message) = orders.recv().await {
        record_order_analytics(&serde_json::from_str(&message)?);
    }
    Ok(())
}

// What they call; a span that is opened in a handler is a child of the handler's.

async fn send_email(_address: &str, _subject: &str) {
    tokio::task::yield_now().await;
}

fn record_metric(event: &OrderCreated) {
    global::tracer("metrics").in_span("record_metric", |_| {
        set_attribute("order.id", &event.id);
    });
}
