//! A consumer that joins the inputs on its standard input, and prints a disposition for each.
//!
//! The test kills it at random. An option makes it exit by itself now and then, after a commit and before the reply is
//! read.

mod mortal;
#[cfg(feature = "servers")]
mod servers;

use std::convert::Infallible;
use std::io::{BufRead, Write};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use linked_span::fan_in::{
    Arrival, Disposition, DueOutcome, JoinOptions, Sqlite, Store, disposition,
};
use linked_span::{LinkedEvent, Origin, fan_in};
use linked_span_tests_stores::killed::{Journal, LEASE};
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc::unbounded_channel;

use self::mortal::Mortal;

#[derive(Clone, Deserialize, LinkedEvent, Serialize)]
struct Part {
    #[event(key)]
    order: String,
    metadata: Origin,
}

#[fan_in(first, second, third)]
async fn ship(
    first: Part,
    second: Part,
    third: Part,
    journal: &Arc<Journal>,
) -> Result<(), Infallible> {
    assert!(first.order == second.order && second.order == third.order);
    let (journal, key) = (Arc::clone(journal), first.order);
    let written = tokio::task::spawn_blocking(move || journal.ran(&key));
    written.await.expect("a journal");
    // Long enough for the test to kill the process meanwhile.
    tokio::time::sleep(Duration::from_millis(5)).await;
    Ok(())
}

#[tokio::main]
async fn main() {
    let mut arguments = std::env::args().skip(1);
    let (url, folder) = (arguments.next(), arguments.next());
    let (url, folder) = (url.expect("a database"), folder.expect("a folder"));
    let calls = arguments
        .next()
        .map(|calls| calls.parse().expect("a number"));
    let journal = Arc::new(Journal::new(Path::new(&folder)));
    match url.split_once(':').expect("a scheme") {
        ("sqlite", file) => work(Sqlite::open(file).await.expect("a file"), calls, journal).await,
        #[cfg(feature = "servers")]
        ("redis+unix", _) => work(servers::redis(&url).await, calls, journal).await,
        #[cfg(feature = "servers")]
        ("postgres", _) => work(servers::postgres(&url).await, calls, journal).await,
        (scheme, _) => panic!("no store for {scheme}"),
    }
}

/// Works until the process dies, on average once in `calls` calls.
async fn work(store: impl Store<ShipInput> + 'static, calls: Option<u64>, journal: Arc<Journal>) {
    let options = JoinOptions::timeout(Duration::from_hours(1))
        .lease(LEASE)
        .backoff(Duration::from_millis(100));
    let joins = Arc::new(Ship::new(Mortal { store, calls }, options));
    let sweeps = tokio::spawn(sweep(Arc::clone(&joins), Arc::clone(&journal)));
    let (say, mut said) = unbounded_channel::<String>();
    let says = tokio::task::spawn_blocking(move || {
        while let Some(line) = said.blocking_recv() {
            let mut output = std::io::stdout().lock();
            writeln!(output, "{line}")
                .and_then(|()| output.flush())
                .expect("a broker");
        }
    });
    let (deliver, mut delivered) = unbounded_channel();
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().lines().map_while(Result::ok) {
            let _ = deliver.send(line);
        }
    });
    while let Some(line) = delivered.recv().await {
        let (joins, journal, say) = (Arc::clone(&joins), Arc::clone(&journal), say.clone());
        tokio::spawn(async move {
            let mut words = line.split(' ');
            let [number, key, input] = [(); 3].map(|()| words.next().expect("a word"));
            let word = arrive(&joins, key, input, &journal).await;
            let _ = say.send(format!("{number} {word}"));
        });
    }
    sweeps.abort();
    drop(say);
    says.await.expect("all is said");
}

async fn arrive<S>(joins: &Ship<S>, key: &str, input: &str, journal: &Arc<Journal>) -> &'static str
where
    S: Store<ShipInput>,
{
    let part = Part {
        order: key.to_owned(),
        metadata: Origin::default(),
    };
    let arrival = match input {
        "0" => joins.first(part, journal).await,
        "1" => joins.second(part, journal).await,
        _ => joins.third(part, journal).await,
    };
    match arrival {
        Ok(Arrival::Ran(_)) => journal.was_recorded(key),
        Ok(Arrival::Unrecorded(_)) => journal.was_refused(key),
        _ => {}
    }
    match disposition(&arrival) {
        Disposition::Ack => "ack",
        Disposition::Requeue => {
            // A broker waits this long before it redelivers.
            tokio::time::sleep(Duration::from_millis(100)).await;
            "retry"
        }
        Disposition::Defer => "hold",
        Disposition::Reject => "reject",
    }
}

async fn sweep<S>(joins: Arc<Ship<S>>, journal: Arc<Journal>)
where
    S: Store<ShipInput>,
{
    loop {
        tokio::time::sleep(Duration::from_millis(500)).await;
        // A refused claim may succeed at the next sweep.
        for due in joins.due(16).await.unwrap_or_default() {
            let key = due.key().to_owned();
            match due.run(&journal).await {
                DueOutcome::Ran(_) => journal.was_recorded(&key),
                DueOutcome::Unrecorded(_) => journal.was_refused(&key),
                _ => {}
            }
        }
    }
}
