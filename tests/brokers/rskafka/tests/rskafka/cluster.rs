//! One mock cluster for all tests of the process, and a producer of another client.

use std::sync::OnceLock;
use std::time::Duration;

use rdkafka::config::ClientConfig;
use rdkafka::message::{Header, OwnedHeaders};
use rdkafka::mocking::MockCluster;
use rdkafka::producer::{FutureProducer, FutureRecord};

/// Returns the cluster's address. The cluster ends with the process.
pub(crate) fn servers() -> &'static str {
    static SERVERS: OnceLock<String> = OnceLock::new();
    SERVERS.get_or_init(|| {
        let cluster = MockCluster::new(1).expect("a mock cluster");
        let servers = cluster.bootstrap_servers();
        std::mem::forget(cluster);
        servers
    })
}

/// Sends a record whose headers `rskafka` cannot write: duplicates and nulls.
pub(crate) async fn send(
    topic: &str,
    key: &[u8],
    payload: Option<&str>,
    headers: &[(&str, Option<&str>)],
) {
    let producer: FutureProducer = ClientConfig::new()
        .set("bootstrap.servers", servers())
        .create()
        .expect("a producer");
    let mut record: FutureRecord<'_, [u8], str> = FutureRecord::to(topic).key(key).partition(0);
    record.payload = payload;
    let headers = headers
        .iter()
        .fold(OwnedHeaders::new(), |headers, (key, value)| {
            headers.insert(Header { key, value: *value })
        });
    record.headers = Some(headers);
    let sent = producer.send(record, Duration::from_secs(20)).await;
    sent.map_err(|(error, _)| error).expect("sent");
}
