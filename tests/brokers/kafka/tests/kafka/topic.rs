// A topic for one test, written to and read by this version of the client.

use client::config::ClientConfig;
use client::consumer::{Consumer, StreamConsumer};
use client::message::{BorrowedMessage, Header, Headers, Message, OwnedHeaders, OwnedMessage};
use client::producer::{FutureProducer, FutureRecord};

/// Returns a topic that no other test uses.
pub(super) fn topic(test: &str) -> String {
    format!("{test}-{VERSION}")
}

fn producer() -> FutureProducer {
    ClientConfig::new()
        .set("bootstrap.servers", super::cluster::servers())
        .create()
        .expect("a producer")
}

pub(super) fn consumer(topic: &str) -> StreamConsumer {
    let consumer: StreamConsumer = ClientConfig::new()
        .set("bootstrap.servers", super::cluster::servers())
        .set("group.id", format!("{topic}-group"))
        .set("auto.offset.reset", "earliest")
        .create()
        .expect("a consumer");
    let mut partitions = client::TopicPartitionList::new();
    partitions
        .add_partition_offset(topic, 0, client::Offset::Beginning)
        .expect("a partition");
    consumer.assign(&partitions).expect("assigned");
    consumer
}

/// Returns the headers in which a producer in another language wrote its context.
fn headers_of(context: &opentelemetry::Context) -> OwnedHeaders {
    let mut fields: Vec<(String, String)> = Vec::new();
    {
        let _active = context.clone().attach();
        linked_span::inject(&mut fields);
    }
    fields.iter().fold(OwnedHeaders::new(), |headers, (key, value)| {
        headers.insert(Header {
            key,
            value: Some(value),
        })
    })
}

pub(super) async fn send(topic: &str, key: &str, payload: Option<&str>, headers: Option<OwnedHeaders>) {
    let mut record: FutureRecord<'_, str, str> = FutureRecord::to(topic).key(key).partition(0);
    record.payload = payload;
    record.headers = headers;
    let sent = producer().send(record, std::time::Duration::from_secs(20)).await;
    sent.map_err(|(error, _)| error).expect("sent");
}
