//! Messages through Kafka: the span of each handler links to the span that sent its message.
//!
//! ```text
//! cargo run --package kafka
//! ```
//!
//! librdkafka brings the cluster: nothing needs to be installed beyond a C compiler and `make`.

use std::time::Duration;

use linked_span::messaging::rdkafka::headers;
use linked_span::{linked_span, set_attribute};
use linked_span_examples::{Failure, Telemetry, Tree};
use opentelemetry::Context;
use opentelemetry::trace::{FutureExt, TraceContextExt, Tracer};
use rdkafka::config::ClientConfig;
use rdkafka::consumer::{Consumer, StreamConsumer};
use rdkafka::error::KafkaError;
use rdkafka::message::{BorrowedMessage, Message, OwnedMessage};
use rdkafka::mocking::MockCluster;
use rdkafka::producer::{FutureProducer, FutureRecord};

const TIMEOUT: Duration = Duration::from_secs(20);

// The producer. `headers!()` contains the context of the span `send orders`.

#[linked_span(send("orders", system = "kafka"))]
async fn publish(producer: &FutureProducer, order: &str) -> Result<(), KafkaError> {
    let record = FutureRecord::to("orders")
        .key(order)
        .payload("one lamp")
        .partition(0)
        .headers(headers!());
    let sent = producer.send(record, TIMEOUT).await;
    sent.map(drop).map_err(|(error, _)| error)
}

/// A request that sends an order, in a trace of its own.
async fn place_order(producer: &FutureProducer, order: &str) -> Result<(), KafkaError> {
    let span = opentelemetry::global::tracer("shop").start("POST /orders");
    let request = Context::current_with_span(span);
    let sent = publish(producer, order).with_context(request.clone()).await;
    request.span().end();
    sent
}

// A consumer of single messages.

#[linked_span(message(rdkafka, group = "warehouse"))]
async fn pack(message: &BorrowedMessage<'_>) {
    let size = message.payload().map_or(0, <[u8]>::len);
    println!("packing {size} bytes");
    set_attribute("parcel.packed", true);
}

// A consumer of batches: one span, with a link to each message.

#[linked_span(messages(rdkafka, group = "analytics"))]
fn count(messages: &[OwnedMessage]) {
    println!("counting {} orders", messages.len());
}

fn consumer(servers: &str, group: &str) -> Result<StreamConsumer, KafkaError> {
    let consumer: StreamConsumer = ClientConfig::new()
        .set("bootstrap.servers", servers)
        .set("group.id", group)
        .set("auto.offset.reset", "earliest")
        .create()?;
    consumer.subscribe(&["orders"])?;
    Ok(consumer)
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let telemetry = Telemetry::install("kafka")?;
    let cluster = MockCluster::new(1)?;
    cluster.create_topic("orders", 1, 1)?;
    let servers = cluster.bootstrap_servers();

    let producer: FutureProducer = ClientConfig::new()
        .set("bootstrap.servers", &servers)
        .create()?;
    place_order(&producer, "o-1").await?;
    place_order(&producer, "o-2").await?;

    let warehouse = consumer(&servers, "warehouse")?;
    for _ in 0..2 {
        pack(&warehouse.recv().await?).await;
    }

    let analytics = consumer(&servers, "analytics")?;
    let mut batch = Vec::new();
    for _ in 0..2 {
        // A `BorrowedMessage` belongs to its consumer's queue, so a batch has copies.
        batch.push(analytics.recv().await?.detach());
    }
    count(&batch);

    print!("{}", Tree(&telemetry.spans()?));
    Ok(telemetry.shutdown()?)
}
