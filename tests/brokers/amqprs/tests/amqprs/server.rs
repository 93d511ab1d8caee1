//! A queue for one test.

use amqprs::channel::{
    BasicConsumeArguments, BasicPublishArguments, Channel, ConsumerMessage, QueueDeclareArguments,
};
use amqprs::connection::{Connection, OpenConnectionArguments};
use amqprs::{BasicProperties, FieldTable, FieldValue, ShortStr};
use linked_span_tests_brokers_common::produced;
use opentelemetry::trace::SpanContext;
use tokio::sync::mpsc::UnboundedReceiver;

pub(crate) type Consumer = UnboundedReceiver<ConsumerMessage>;

/// Returns a queue that no other test program uses.
pub(crate) fn queue(test: &str) -> String {
    format!("{test}-amqprs")
}

pub(crate) async fn channel() -> Channel {
    let url = std::env::var("AMQP_URL")
        .expect("AMQP_URL: run the tests by `servers/rabbitmq cargo test`");
    let address = url
        .split('@')
        .nth(1)
        .and_then(|rest| rest.split('/').next());
    let (host, port) = address
        .and_then(|address| address.split_once(':'))
        .expect("a host");
    let port = port.parse().expect("a port");
    let arguments = OpenConnectionArguments::new(host, port, "guest", "guest");
    let connection = Connection::open(&arguments).await.expect("a connection");
    let channel = connection.open_channel(None).await.expect("a channel");
    // A dropped connection would be closed.
    std::mem::forget(connection);
    channel
}

pub(crate) async fn declare(channel: &Channel, queue: &str, kind: &str) {
    let mut arguments = QueueDeclareArguments::durable_client_named(queue);
    arguments.arguments(table([("x-queue-type", kind)]));
    channel.queue_declare(arguments).await.expect("a queue");
}

pub(crate) async fn consume(channel: &Channel, queue: &str) -> Consumer {
    let arguments = BasicConsumeArguments::new(queue, &format!("{queue}-consumer"));
    channel
        .basic_consume_rx(arguments)
        .await
        .expect("a consumer")
        .1
}

pub(crate) async fn next(consumer: &mut Consumer) -> ConsumerMessage {
    consumer.recv().await.expect("a message")
}

pub(crate) async fn publish(channel: &Channel, queue: &str, properties: BasicProperties) {
    let arguments = BasicPublishArguments::new("", queue);
    channel
        .basic_publish(properties, b"paid".to_vec(), arguments)
        .await
        .expect("sent");
}

pub(crate) fn text(text: &str) -> ShortStr {
    text.try_into().expect("a short text")
}

/// Returns headers with these texts.
pub(crate) fn table<'t>(fields: impl IntoIterator<Item = (&'t str, &'t str)>) -> FieldTable {
    let mut table = FieldTable::new();
    for (name, value) in fields {
        table.insert(text(name), FieldValue::from(value));
    }
    table
}

/// Returns the headers in which a producer in another language wrote its context, and that context.
pub(crate) fn produced_headers(name: &str) -> (FieldTable, SpanContext) {
    let mut fields: Vec<(String, String)> = Vec::new();
    let producer = produced(name, |_| linked_span::inject(&mut fields));
    let fields = fields
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()));
    (table(fields), producer)
}
