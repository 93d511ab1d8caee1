use linked_span::messaging::Received;
use linked_span::messaging::redis::{describe, headers};
use linked_span::{fan_in, linked_span};
use redis::aio::MultiplexedConnection;
use redis::streams::{
    StreamAutoClaimOptions, StreamAutoClaimReply, StreamId, StreamPendingCountReply,
    StreamReadOptions,
};
use redis::{AsyncTypedCommands, RedisResult};

// One entry: the span "process orders", linked to the producer.
#[linked_span(entry(redis, destination = "orders", group = "billing"))]
async fn on_order(entry: &StreamId) {
    println!("{:?}", entry.get::<String>("order"));
}

// A batch: one span, with a link to each entry.
#[linked_span(entries(redis, destination = "orders", group = "billing"))]
async fn on_orders(entries: &[StreamId]) {
    println!("{} orders", entries.len());
}

// The consumer.
async fn consume(connection: &mut MultiplexedConnection) -> RedisResult<()> {
    let options = StreamReadOptions::default().group("billing", "worker-1");
    let options = options.count(10).block(5_000);
    let read = connection.xread_options(&["orders"], &[">"], &options);
    let streams = read.await?.unwrap_or_default().keys;
    for entry in streams.iter().flat_map(|stream| &stream.ids) {
        on_order(entry).await;
        connection.xack("orders", "billing", &[&entry.id]).await?;
    }
    Ok(())
}

// An entry of a worker that stopped, with the number of its deliveries.
#[linked_span(entry(view = describe!(entry)
    .destination("orders")
    .group("billing")
    .delivery_count(i64::try_from(delivered).unwrap_or(-1))))]
async fn on_claimed(entry: &StreamId, delivered: usize) {}

async fn claim(connection: &mut MultiplexedConnection) -> RedisResult<()> {
    let minute = 60_000;
    let options = StreamAutoClaimOptions::default().count(10);
    let claimed: StreamAutoClaimReply = connection
        .xautoclaim_options("orders", "billing", "worker-1", minute, "0-0", options)
        .await?;
    for entry in &claimed.claimed {
        let id = &entry.id;
        let pending: StreamPendingCountReply = connection
            .xpending_count("orders", "billing", id, id, 1)
            .await?;
        let delivered = pending
            .ids
            .first()
            .map_or(1, |pending| pending.times_delivered);
        on_claimed(entry, delivered).await;
        connection.xack("orders", "billing", &[id]).await?;
    }
    Ok(())
}

// A producer: the span "send orders", whose context `headers!()` contains.
#[linked_span(send("orders", system = "redis"))]
async fn publish(connection: &mut MultiplexedConnection, order: &str) -> RedisResult<()> {
    let mut fields = headers!();
    fields.push(("order".into(), order.into()));
    connection.xadd("orders", "*", &fields).await?;
    Ok(())
}

// A forwarded entry: all other fields stay.
fn forwarded(entry: &StreamId) -> Vec<(String, Vec<u8>)> {
    headers!(replacing entry.map)
}

// A function that waits for two entries, in memory. In a database, its inputs are `Received`.
#[fan_in(
    payment(redis, destination = "payments", key = key(payment)),
    inventory(redis, destination = "inventory", key = key(inventory)),
)]
async fn fulfill(payment: &StreamId, inventory: &StreamId) {}

fn key(entry: &StreamId) -> String {
    entry.get("order").unwrap_or_default()
}

fn kept(entry: &StreamId) -> Received<String> {
    Received::new(describe!(entry).destination("payments"), key(entry))
}
