use std::collections::HashMap;

use aws_sdk_sqs::types::{
    Message, MessageAttributeValue, MessageSystemAttributeName, SendMessageBatchRequestEntry,
};
use aws_sdk_sqs::{Client, Error};
use linked_span::messaging::aws_sdk_sqs::{describe, headers};
use linked_span::messaging::{self, Received};
use linked_span::{LinkedEvent, WithOrigin, fan_in, linked_span};

type BoxError = Box<dyn std::error::Error + Send + Sync>;

// One message: the span "process orders", linked to the producer.
#[linked_span(message(aws_sdk_sqs, destination = "orders"))]
async fn on_order(message: &Message) -> Result<(), BoxError> {
    println!("{:?}", message.body());
    Ok(())
}

// A batch: one span, with a link to each message.
#[linked_span(messages(aws_sdk_sqs, destination = "orders"))]
async fn on_orders(messages: &[Message]) {
    println!("{} orders", messages.len());
}

// The consumer asks for the attributes, which contain the context.
async fn consume(client: &Client, queue: &str) -> Result<(), Error> {
    let request = client.receive_message().queue_url(queue);
    let received = request
        .message_attribute_names("All")
        .message_system_attribute_names(MessageSystemAttributeName::ApproximateReceiveCount)
        .max_number_of_messages(10)
        .send()
        .await?;
    for message in received.messages() {
        // A message that is not deleted comes again after its visibility timeout.
        if on_order(message).await.is_err() {
            continue;
        }
        let done = client.delete_message().queue_url(queue);
        let done = done.set_receipt_handle(message.receipt_handle.clone());
        done.send().await?;
    }
    Ok(())
}

// A producer: the span "send orders", whose context `headers!()` contains.
#[linked_span(send("orders", system = "aws_sqs"))]
async fn publish(client: &Client, queue: &str, order: &str) -> Result<(), Error> {
    let message = client.send_message().queue_url(queue).message_body(order);
    let message = message.set_message_attributes(Some(headers!()));
    message.send().await?;
    Ok(())
}

// A batch of messages, each with its own context: `let records = messaging::create(&message, orders);`
#[linked_span(records, send("orders", system = "aws_sqs"))]
async fn publish_all(
    client: &Client,
    queue: &str,
    records: Vec<WithOrigin<String>>,
) -> Result<(), BoxError> {
    let mut batch = client.send_message_batch().queue_url(queue);
    for (id, record) in records.into_iter().enumerate() {
        let entry = SendMessageBatchRequestEntry::builder().id(id.to_string());
        let entry = entry.set_message_attributes(Some(headers!(of record.origin())));
        batch = batch.entries(entry.message_body(record.into_inner()).build()?);
    }
    // The request succeeds even if SQS rejects single messages.
    match batch.send().await?.failed() {
        [] => Ok(()),
        [failed, ..] => Err(format!("message {}: {}", failed.id(), failed.code()).into()),
    }
}

// A forwarded message: all other attributes stay.
fn forwarded(message: &Message) -> HashMap<String, MessageAttributeValue> {
    headers!(replacing message.message_attributes)
}

// A function that waits for two messages, in memory. In a database, its inputs are `Received`.
#[fan_in(
    payment(aws_sdk_sqs, destination = "payments", key = key(payment)),
    inventory(aws_sdk_sqs, destination = "inventory", key = key(inventory)),
)]
async fn fulfill(payment: &Message, inventory: &Message) {}

fn key(message: &Message) -> String {
    message.body.clone().unwrap_or_default()
}

fn kept(message: &Message) -> Received<String> {
    let described = describe!(message).destination("payments");
    Received::new(described, message.body.clone().unwrap_or_default())
}

fn orders() -> Vec<WithOrigin<String>> {
    let message = messaging::Message::new("aws_sqs").destination("orders");
    messaging::create(&message, ["order-1".to_owned(), "order-2".to_owned()])
}
