use std::time::Duration;

use linked_span::messaging::Received;
use linked_span::messaging::rdkafka::{describe, headers};
use linked_span::{Keyed, fan_in, linked_span};
use rdkafka::error::KafkaError;
use rdkafka::message::{BorrowedMessage, Message, OwnedHeaders, OwnedMessage};
use rdkafka::producer::{FutureProducer, FutureRecord};

// One message: the span "process orders", linked to the producer.
#[linked_span(message(rdkafka, group = "billing"))]
async fn on_order(message: &BorrowedMessage<'_>) -> Result<(), KafkaError> {
    println!("{} bytes", message.payload().map_or(0, <[u8]>::len));
    Ok(())
}

// A batch: one span, with a link to each message. `detach()` copies a `BorrowedMessage`.
#[linked_span(messages(rdkafka, group = "billing"))]
async fn on_orders(messages: &[OwnedMessage]) {
    println!("{} orders", messages.len());
}

// A producer: the span "send orders", whose context `headers!()` contains.
#[linked_span(send("orders", system = "kafka"))]
async fn publish(producer: &FutureProducer, order: &str) -> Result<(), KafkaError> {
    let record = FutureRecord::to("orders")
        .key(order)
        .payload("…")
        .headers(headers!());
    let sent = producer.send(record, Duration::from_secs(5)).await;
    sent.map(drop).map_err(|(error, _)| error)
}

// A dead letter: all other headers stay.
fn forwarded(message: &BorrowedMessage<'_>) -> OwnedHeaders {
    headers!(replacing message.headers())
}

// A function that waits for two messages. Joins in memory also take an `OwnedMessage`.
// Kafka commits offsets, so a crash can lose their inputs: use the next form in production.
#[fan_in(payment(rdkafka, key = key(&payment)), inventory(rdkafka, key = key(&inventory)))]
fn fulfill(payment: OwnedMessage, inventory: OwnedMessage) {}

fn key(message: &OwnedMessage) -> String {
    String::from_utf8_lossy(message.key().unwrap_or_default()).into_owned()
}

// The same, in a database: a decoded payload with what its message says. The payload's type
// derives `Serialize` and `Deserialize`.
#[fan_in(payment, inventory)]
async fn ship(payment: Received<Paid>, inventory: Received<Paid>) {}

fn paid(message: &BorrowedMessage<'_>) -> Result<Received<Paid>, serde_json::Error> {
    let payload = serde_json::from_slice(message.payload().unwrap_or_default())?;
    Ok(Received::new(describe!(message).group("billing"), payload))
}

#[derive(Clone, serde::Deserialize, serde::Serialize)]
struct Paid {
    order: String,
}

impl Keyed for Paid {
    fn key(&self) -> std::borrow::Cow<'_, str> {
        self.order.as_str().into()
    }
}
