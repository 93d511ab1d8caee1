use async_nats::jetstream;
use async_nats::{Client, HeaderMap, Message, PublishError};
use linked_span::messaging::Received;
use linked_span::messaging::async_nats::headers;
use linked_span::{fan_in, linked_span};

// One message: the span "process orders.{region}", linked to the producer.
#[linked_span(message(async_nats, template = "orders.{region}"))]
async fn on_order(message: &Message) {
    println!("{} bytes", message.payload.len());
}

// One message of a stream: the span also has the consumer and the number of deliveries.
#[linked_span(message(async_nats::jetstream))]
async fn on_kept(message: &jetstream::Message) -> Result<(), async_nats::Error> {
    message.ack().await
}

// A batch: one span, with a link to each message.
#[linked_span(messages(async_nats))]
async fn on_orders(messages: Vec<Message>) {
    println!("{} orders", messages.len());
}

// A producer: the span "send orders.north", whose context `headers!()` contains.
#[linked_span(send("orders.north", system = "nats"))]
async fn publish(client: &Client, order: String) -> Result<(), PublishError> {
    client
        .publish_with_headers("orders.north", headers!(), order.into())
        .await
}

// A forwarded message: all other headers stay.
fn forwarded(message: &Message) -> HeaderMap {
    headers!(replacing message.headers)
}

// A function that waits for two messages, in memory. In a database, its inputs are `Received`.
#[fan_in(payment(async_nats, key = key(payment)), inventory(async_nats, key = key(inventory)))]
async fn fulfill(payment: &Message, inventory: &Message) {}

fn key(message: &Message) -> String {
    String::from_utf8_lossy(&message.payload).into_owned()
}

fn kept(message: &jetstream::Message) -> Received<String> {
    let payload = String::from_utf8_lossy(&message.payload).into_owned();
    Received::new(
        linked_span::messaging::async_nats::jetstream::describe!(message),
        payload,
    )
}
