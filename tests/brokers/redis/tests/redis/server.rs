// A stream for one test, written to and read by this version of the client.

use client::aio::MultiplexedConnection;
use client::streams::{StreamId, StreamReadOptions, StreamReadReply};
use client::{AsyncCommands as _, Value};

/// Returns the name of a stream that no other test uses.
fn stream(test: &str) -> String {
    format!("{test}.{VERSION}")
}

async fn connect() -> MultiplexedConnection {
    let socket = std::env::var("REDIS_SOCKET").expect("REDIS_SOCKET: run the tests by `servers/redis cargo test`");
    let opened = client::Client::open(format!("unix://{socket}")).expect("an address");
    opened.get_multiplexed_async_connection().await.expect("a connection")
}

/// Creates a stream with the group `billing`.
async fn create(connection: &mut MultiplexedConnection, stream: &str) {
    let created: () = connection
        .xgroup_create_mkstream(stream, "billing", "$")
        .await
        .expect("a group");
    created
}

async fn add(connection: &mut MultiplexedConnection, stream: &str, fields: &[(String, Vec<u8>)]) -> String {
    connection.xadd(stream, "*", fields).await.expect("added")
}

/// Returns the new entries of a stream.
async fn read(connection: &mut MultiplexedConnection, stream: &str) -> Vec<StreamId> {
    let options = StreamReadOptions::default().group("billing", "worker-1").count(10);
    let read: Option<StreamReadReply> = connection
        .xread_options(&[stream], &[">"], &options)
        .await
        .expect("an answer");
    let streams = read.expect("entries").keys.into_iter();
    streams.flat_map(|stream| stream.ids).collect()
}

/// Returns the fields in which a producer in another language wrote its context.
fn fields_of(context: &opentelemetry::Context) -> Vec<(String, Vec<u8>)> {
    let mut fields: Vec<(String, String)> = Vec::new();
    {
        let _active = context.clone().attach();
        linked_span::inject(&mut fields);
    }
    let fields = fields.into_iter();
    fields.map(|(name, value)| (name, value.into_bytes())).collect()
}

/// Returns an entry without a server.
fn entry(fields: &[(&str, Value)], delivered_before: Option<usize>) -> StreamId {
    let (mut entry, fields) = (StreamId::default(), fields.iter());
    entry.map = fields.map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    entry.delivered_count = delivered_before;
    entry
}
