use krafka::consumer::ConsumerRecord;
use krafka::producer::{Producer, Record};
use krafka::{Headers, KrafkaError};
use linked_span::messaging::Received;
use linked_span::messaging::krafka::{describe, headers};
use linked_span::{fan_in, linked_span};

// One record: the span "process orders", linked to the producer.
#[linked_span(record(krafka, group = "billing"))]
async fn on_order(record: &ConsumerRecord) {
    println!("offset {}", record.offset);
}

// A batch, as `poll` returns it: one span, with a link to each record.
#[linked_span(records(krafka, group = "billing"))]
async fn on_orders(records: &[ConsumerRecord]) {
    println!("{} orders", records.len());
}

// A producer: the span "send orders", whose context `headers!()` contains.
#[linked_span(send("orders", system = "kafka"))]
async fn publish(producer: &Producer, order: Vec<u8>) -> Result<(), KrafkaError> {
    let mut record = Record::new("orders", order);
    record.headers = headers!();
    producer.send(record).await.map(drop)
}

// A dead letter: all other headers stay.
fn forwarded(record: &ConsumerRecord) -> Headers {
    headers!(replacing record.headers)
}

// A function that waits for two records, in memory. In a database, its inputs are `Received`.
#[fan_in(payment(krafka, key = key(payment)), inventory(krafka, key = key(inventory)))]
async fn fulfill(payment: &ConsumerRecord, inventory: &ConsumerRecord) {}

fn key(record: &ConsumerRecord) -> String {
    String::from_utf8_lossy(record.key.as_deref().unwrap_or_default()).into_owned()
}

fn kept(record: &ConsumerRecord) -> Received<String> {
    let value = record.value.as_deref().unwrap_or_default();
    Received::new(
        describe!(record).group("billing"),
        String::from_utf8_lossy(value).into_owned(),
    )
}
