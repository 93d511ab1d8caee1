//! Two processes share joins: the payment arrives at one of them, and the inventory at the other. One is killed in the middle
//! of its work, and the other finishes it.
//!
//! ```text
//! cargo run --package two_processes
//! cargo run --package two_processes -- redis://127.0.0.1/
//! cargo run --package two_processes -- postgres://localhost/orders
//! ```
//!
//! This process is the broker. It starts two instances of the same program, each with a name and the store's URL.

mod broker;
mod instance;
mod orders;

use linked_span_examples::{Failure, Telemetry, Tree};

use self::broker::Broker;
use self::orders::{confirm_payment, reserve_inventory};

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.as_slice() {
        [name, url] => instance::run(name, url).await,
        [url] => broker(url).await,
        _ => {
            let folder = tempfile::tempdir()?;
            let file = folder.path().join("orders.db");
            broker(&format!("sqlite:{}", file.display())).await
        }
    }
}

async fn broker(url: &str) -> Result<(), Failure> {
    let telemetry = Telemetry::install("producers")?;
    let mut broker = Broker::start(url)?;

    println!("-- The payment arrives at north, and the inventory at south.");
    broker.deliver("north", confirm_payment("o-1")).await?;
    broker.deliver("south", reserve_inventory("o-1")).await?;

    println!("-- For the next order, north is killed while it packs.");
    broker.deliver("south", confirm_payment("o-2")).await?;
    broker
        .kill_while_it_packs("north", reserve_inventory("o-2"))
        .await?;
    // North did not acknowledge the message, so the broker delivers it to south.
    broker.deliver_unacknowledged("south").await?;

    broker.finish().await?;
    print!("{}", Tree(&telemetry.spans()?));
    Ok(telemetry.shutdown()?)
}
