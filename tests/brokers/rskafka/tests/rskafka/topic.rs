// A topic for one test, written to and read by this version of the client.

use client::chrono::{DateTime, Utc};
use client::client::ClientBuilder;
use client::client::partition::{Compression, PartitionClient, UnknownTopicHandling};
use client::record::{Record, RecordAndOffset};
use linked_span_tests_brokers_common::linked;

type Headers = std::collections::BTreeMap<String, Vec<u8>>;

const ONE: &str = "00-11111111111111111111111111111111-1111111111111111-01";
const TWO: &str = "00-22222222222222222222222222222222-2222222222222222-01";

/// Returns a topic that no other test uses.
fn topic(test: &str) -> String {
    format!("{test}-{VERSION}")
}

async fn partition(topic: &str) -> PartitionClient {
    let servers = super::cluster::servers().split(',').map(str::to_owned);
    let client = ClientBuilder::new(servers.collect()).build().await;
    let client = client.expect("a client");
    let partition = client.partition_client(topic, 0, UnknownTopicHandling::Retry);
    partition.await.expect("a partition")
}

async fn fetch(topic: &str, count: usize) -> Vec<RecordAndOffset> {
    let partition = partition(topic).await;
    let mut records = Vec::new();
    while records.len() < count {
        let offset = i64::try_from(records.len()).expect("few records");
        let fetched = partition.fetch_records(offset, 1..1_000_000, 1_000).await;
        records.extend(fetched.expect("records").0);
    }
    records
}

fn record(key: &str, headers: Headers) -> Record {
    Record {
        key: Some(key.into()),
        value: Some("paid".into()),
        headers,
        timestamp: DateTime::<Utc>::UNIX_EPOCH,
    }
}

async fn send(topic: &str, records: Vec<Record>) {
    let partition = partition(topic).await;
    let sent = partition.produce(records, Compression::NoCompression).await;
    sent.expect("sent");
}

fn of(fields: &[(&str, &str)]) -> Headers {
    let fields = fields.iter();
    fields.map(|(name, value)| ((*name).to_owned(), value.as_bytes().to_vec())).collect()
}
