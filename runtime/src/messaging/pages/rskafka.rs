use std::collections::BTreeMap;

use linked_span::messaging::Received;
use linked_span::messaging::rskafka::{describe, headers};
use linked_span::{fan_in, linked_span};
use rskafka::chrono::Utc;
use rskafka::client::error::Error;
use rskafka::client::partition::{Compression, PartitionClient};
use rskafka::record::{Record, RecordAndOffset};

// One record: the span "process orders", linked to the producer.
#[linked_span(record(rskafka, destination = "orders", group = "billing"))]
async fn on_order(record: &RecordAndOffset) {
    println!("offset {}", record.offset);
}

// A batch, as `fetch_records` returns it: one span, with a link to each record.
#[linked_span(
    records(rskafka, destination = client.topic()),
    attributes("messaging.destination.partition.id" = %client.partition()),
)]
async fn on_orders(client: &PartitionClient, records: &[RecordAndOffset]) {
    println!("{} orders", records.len());
}

// A producer: the span "send orders", whose context `headers!()` contains.
#[linked_span(send("orders", system = "kafka"))]
async fn publish(client: &PartitionClient, order: Vec<u8>) -> Result<Vec<i64>, Error> {
    let record = Record {
        key: None,
        value: Some(order),
        headers: headers!(),
        timestamp: Utc::now(),
    };
    client
        .produce(vec![record], Compression::NoCompression)
        .await
}

// A dead letter: all other headers stay.
fn forwarded(record: &Record) -> BTreeMap<String, Vec<u8>> {
    headers!(replacing record.headers)
}

// A function that waits for two records, in memory. In a database, its inputs are `Received`.
#[fan_in(
    payment(rskafka, destination = "payments", key = key(payment)),
    inventory(rskafka, destination = "inventory", key = key(inventory)),
)]
async fn fulfill(payment: &RecordAndOffset, inventory: &RecordAndOffset) {}

fn key(record: &RecordAndOffset) -> String {
    let key = record.record.key.as_deref();
    String::from_utf8_lossy(key.unwrap_or_default()).into_owned()
}

fn kept(record: &RecordAndOffset) -> Received<String> {
    let value = record.record.value.as_deref().unwrap_or_default();
    Received::new(
        describe!(record).destination("payments"),
        String::from_utf8_lossy(value).into_owned(),
    )
}
