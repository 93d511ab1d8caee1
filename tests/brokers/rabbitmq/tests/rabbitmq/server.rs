// A queue for one test, written to and read by this version of the client.

use client::message::Delivery;
use client::options::{
    BasicAckOptions, BasicConsumeOptions, BasicNackOptions, BasicPublishOptions, QueueDeclareOptions,
};
use client::types::{AMQPValue, FieldTable, LongString, ShortString};
use client::{BasicProperties, Channel, Connection, ConnectionProperties, Consumer};
use futures_util::StreamExt as _;

/// Returns a queue that no other test uses.
pub(super) fn queue(test: &str) -> String {
    format!("{test}-{VERSION}")
}

pub(super) async fn channel() -> Channel {
    let url = std::env::var("AMQP_URL")
        .expect("AMQP_URL: run the tests by `servers/rabbitmq cargo test`");
    let connection = Connection::connect(&url, ConnectionProperties::default());
    let connection = connection.await.expect("a connection");
    let channel = connection.create_channel().await.expect("a channel");
    // A dropped connection would be closed.
    std::mem::forget(connection);
    channel
}

pub(super) async fn declare(channel: &Channel, queue: &str, kind: &str) {
    let mut arguments = FieldTable::default();
    let kind = AMQPValue::LongString(LongString::from(kind));
    arguments.insert("x-queue-type".into(), kind);
    let options = QueueDeclareOptions {
        durable: true,
        ..Default::default()
    };
    channel.queue_declare(queue.into(), options, arguments).await.expect("a queue");
}

pub(super) async fn consume(channel: &Channel, queue: &str) -> Consumer {
    let options = BasicConsumeOptions::default();
    let tag = ShortString::from(format!("{queue}-consumer"));
    let tag = tag.as_str();
    channel
        .basic_consume(queue.into(), tag.into(), options, FieldTable::default())
        .await
        .expect("a consumer")
}

pub(super) async fn next(consumer: &mut Consumer) -> Delivery {
    consumer.next().await.expect("a delivery").expect("a delivery")
}

pub(super) async fn publish(channel: &Channel, queue: &str, properties: BasicProperties) {
    let options = BasicPublishOptions::default();
    channel
        .basic_publish("".into(), queue.into(), options, b"paid", properties)
        .await
        .expect("sent")
        .await
        .expect("confirmed");
}

/// Returns the headers in which a producer in another language wrote its context.
fn headers_of(context: &opentelemetry::Context) -> FieldTable {
    let mut fields: Vec<(String, String)> = Vec::new();
    {
        let _active = context.clone().attach();
        linked_span::inject(&mut fields);
    }
    let mut headers = FieldTable::default();
    for (name, value) in fields {
        headers.insert(name.into(), AMQPValue::LongString(value.into()));
    }
    headers
}
