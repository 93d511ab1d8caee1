use std::collections::HashMap;

use linked_span::messaging::Received;
use linked_span::messaging::pulsar::{describe, headers};
use linked_span::{fan_in, linked_span};
use pulsar::consumer::Message;
use pulsar::{Error, Executor, Producer, producer};

// One message: the span "process persistent://public/default/orders", linked to the producer.
#[linked_span(message(pulsar, group = "billing"))]
async fn on_order(message: &Message<String>) {
    println!("{} bytes", message.payload.data.len());
}

// A batch: one span, with a link to each message.
#[linked_span(messages(pulsar, group = "billing"))]
async fn on_orders(messages: &[Message<String>]) {
    println!("{} orders", messages.len());
}

// A producer: the span "send orders", whose context `headers!()` contains.
#[linked_span(send("orders", system = "pulsar"))]
async fn publish<E: Executor>(producer: &mut Producer<E>, order: Vec<u8>) -> Result<(), Error> {
    let message = producer::Message {
        payload: order,
        properties: headers!(),
        ..Default::default()
    };
    producer.send_non_blocking(message).await?.await?;
    Ok(())
}

// A dead letter: all other properties stay.
fn forwarded(message: &Message<String>) -> HashMap<String, String> {
    headers!(replacing message.metadata().properties)
}

// A function that waits for two messages, in memory. In a database, its inputs are `Received`.
#[fan_in(payment(pulsar, key = key(payment)), inventory(pulsar, key = key(inventory)))]
async fn fulfill(payment: &Message<String>, inventory: &Message<String>) {}

fn key(message: &Message<String>) -> String {
    message.key().unwrap_or_default()
}

fn kept(message: &Message<String>) -> Received<String> {
    let payload = String::from_utf8_lossy(&message.payload.data).into_owned();
    Received::new(describe!(message).group("billing"), payload)
}
