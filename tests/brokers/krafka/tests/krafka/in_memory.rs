// Records as a consumer of this version of the client receives them.

use client::Headers;
use client::consumer::ConsumerRecord;
use client::producer::Record;
use linked_span_tests_brokers_common::linked;

const ONE: &str = "00-11111111111111111111111111111111-1111111111111111-01";
const TWO: &str = "00-22222222222222222222222222222222-2222222222222222-01";

/// Returns a topic that no other test uses.
fn topic(test: &str) -> String {
    format!("{test}-{VERSION}")
}

fn record(topic: &str, key: &str, headers: Headers) -> Record {
    let mut record = Record::new(topic, "paid").key(key.to_owned()).partition(0);
    record.headers = headers;
    record
}

/// Returns what a consumer receives of a sent record.
fn received(sent: Record, offset: i64) -> ConsumerRecord {
    let partition = sent.partition.unwrap_or_default();
    let mut received = ConsumerRecord::new(sent.topic, partition, offset, sent.key, sent.value);
    received.headers = sent.headers;
    received
}

fn of(fields: &[(&str, Option<&'static str>)]) -> Headers {
    let fields = fields.iter();
    fields.map(|(name, value)| ((*name).to_owned(), value.map(Into::into))).collect()
}
