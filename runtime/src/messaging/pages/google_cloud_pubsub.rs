use std::collections::HashMap;

use google_cloud_pubsub::Error;
use google_cloud_pubsub::client::{Publisher, Subscriber};
use google_cloud_pubsub::error::PublishError;
use google_cloud_pubsub::model::Message;
use linked_span::messaging::Received;
use linked_span::messaging::google_cloud_pubsub::{describe, headers};
use linked_span::{fan_in, linked_span};

// One message: the span "process billing", linked to the producer. `billing` is the subscription.
#[linked_span(message(google_cloud_pubsub, destination = "billing"))]
async fn on_order(message: &Message) {
    println!("{} bytes", message.data.len());
}

// A batch: one span, with a link to each message.
#[linked_span(messages(google_cloud_pubsub, destination = "billing"))]
async fn on_orders(messages: &[Message]) {
    println!("{} orders", messages.len());
}

// The consumer.
async fn consume(subscriber: &Subscriber) -> Result<(), Error> {
    let name = "projects/shop/subscriptions/billing";
    let mut stream = subscriber.subscribe(name).build();
    while let Some((message, handler)) = stream.next().await.transpose()? {
        on_attempt(&message, handler.delivery_attempt()).await;
        handler.ack();
    }
    Ok(())
}

// One message with the number of its deliveries, which the client's handler knows.
#[linked_span(message(view = describe!(message)
    .destination("billing")
    .delivery_count(attempt.unwrap_or(-1))))]
async fn on_attempt(message: &Message, attempt: Option<i32>) {}

// A producer: the span "send orders", whose context `headers!()` contains.
#[linked_span(send("orders", system = "gcp_pubsub"))]
async fn publish(publisher: &Publisher, order: String) -> Result<String, PublishError> {
    let message = Message::new().set_data(order);
    publisher.publish(message.set_attributes(headers!())).await
}

// A forwarded message: all other attributes stay.
fn forwarded(message: &Message) -> HashMap<String, String> {
    headers!(replacing message.attributes)
}

// A function that waits for two messages, in memory. In a database, its inputs are `Received`.
#[fan_in(
    payment(google_cloud_pubsub, destination = "payments", key = key(payment)),
    inventory(google_cloud_pubsub, destination = "inventory", key = key(inventory)),
)]
async fn fulfill(payment: &Message, inventory: &Message) {}

fn key(message: &Message) -> String {
    String::from_utf8_lossy(&message.data).into_owned()
}

fn kept(message: &Message) -> Received<String> {
    Received::new(describe!(message).destination("payments"), key(message))
}
