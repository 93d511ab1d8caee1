//! An instance: a process that consumes messages and runs joins.

use std::time::Duration;

use linked_span::fan_in::{
    Disposition, JoinOptions, Postgres, Redis, Sqlite, Store, StoreError, disposition, sweep_every,
};
use linked_span_examples::{Failure, Telemetry, Tree};
use sqlx::PgPool;
use tokio::io::{AsyncBufReadExt, BufReader, stdin};

use crate::orders::{FulfillOrder, FulfillOrderInput, Message};

/// Opens the store. This is the only code that depends on it.
pub(crate) async fn run(name: &str, url: &str) -> Result<(), Failure> {
    match url.split_once(':') {
        Some(("sqlite", file)) => consume(name, Sqlite::open(file).await?).await,
        Some(("redis" | "redis+unix", _)) => consume(name, Redis::open(url).await?).await,
        Some(("postgres" | "postgresql", _)) => {
            let store = Postgres::new(PgPool::connect(url).await?);
            store.migrate().await?;
            consume(name, store).await
        }
        _ => Err(format!("use a URL of SQLite, Redis or PostgreSQL instead of {url}").into()),
    }
}

async fn consume(name: &str, store: impl Store<FulfillOrderInput>) -> Result<(), Failure> {
    let telemetry = Telemetry::install("orders")?;
    let options = JoinOptions::timeout(Duration::from_mins(10)).lease(Duration::from_secs(1));
    let fulfill = FulfillOrder::new(store, options);

    let sweep = || async {
        let swept = fulfill.sweep(name).await;
        swept.inspect_err(|error: &StoreError| println!("could not sweep: {error}"))
    };
    tokio::select! {
        _ = sweep_every(Duration::from_millis(500), sweep) => unreachable!("it never ends"),
        consumed = messages(name, &fulfill) => consumed?,
    }
    print!("{}", Tree(&telemetry.spans()?));
    Ok(telemetry.shutdown()?)
}

/// Consumes messages until the broker closes the pipe.
async fn messages(
    name: &str,
    fulfill: &FulfillOrder<impl Store<FulfillOrderInput>>,
) -> Result<(), Failure> {
    let mut lines = BufReader::new(stdin()).lines();
    while let Some(line) = lines.next_line().await? {
        let arrival = match serde_json::from_str(&line)? {
            Message::Payment(payment) => fulfill.payment(payment, name).await,
            Message::Inventory(inventory) => fulfill.inventory(inventory, name).await,
        };
        match disposition(&arrival) {
            Disposition::Ack | Disposition::Defer => println!("ack"),
            Disposition::Requeue | Disposition::Reject => println!("nack"),
        }
    }
    Ok(())
}
