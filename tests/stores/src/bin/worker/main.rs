//! A consumer that joins the inputs on its standard input, and prints a disposition for each.
//!
//! The test kills it at random. An option makes it exit by itself now and then, after a commit and before the reply is
//! read.

mod lists;
mod mortal;
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
use linked_span_tests_stores::killed::{Joins, Journal, LEASE};
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc::unbounded_channel;

use self::mortal::Mortal;

/// How long a broker waits before it redelivers.
const AGAIN: Duration = Duration::from_millis(100);

const BETWEEN_SWEEPS: Duration = Duration::from_millis(500);

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
    let written = tokio::task::spawn_blocking(move || journal.ran(&key, &[]));
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
    let joins = Joins::of_word(&arguments.next().expect("a kind of joins"));
    let task = Task {
        joins: joins.expect("a kind of joins"),
        calls: arguments
            .next()
            .map(|calls| calls.parse().expect("a number")),
        journal: Arc::new(Journal::new(Path::new(&folder))),
    };
    match url.split_once(':').expect("a scheme") {
        ("sqlite", file) => task.work(Sqlite::open(file).await.expect("a file")).await,
        ("redis+unix", _) => task.work(servers::redis(&url).await).await,
        ("postgres", _) => task.work(servers::postgres(&url).await).await,
        (scheme, _) => panic!("no store for {scheme}"),
    }
}

struct Task {
    joins: Joins,
    /// The average number of calls until the process dies.
    calls: Option<u64>,
    journal: Arc<Journal>,
}

impl Task {
    async fn work(self, store: impl Store<ShipInput> + Store<u8> + 'static) {
        let calls = self.calls;
        let store = Mortal { store, calls };
        match self.joins {
            Joins::Singles => singles(store, self.journal).await,
            Joins::Lists => lists::work(store, self.journal).await,
        }
    }
}

async fn singles(store: impl Store<ShipInput> + 'static, journal: Arc<Journal>) {
    let options = JoinOptions::timeout(Duration::from_hours(1))
        .lease(LEASE)
        .backoff(AGAIN);
    let joins = Arc::new(Ship::new(store, options));
    let sweeps = tokio::spawn(sweep(Arc::clone(&joins), Arc::clone(&journal)));
    consume(move |key, input| {
        let (joins, journal) = (Arc::clone(&joins), Arc::clone(&journal));
        async move { arrive(&joins, &key, input, &journal).await }
    })
    .await;
    sweeps.abort();
}

/// Handles each message on the standard input, and prints the disposition that the handler returns.
async fn consume<F>(handle: impl Fn(String, u8) -> F)
where
    F: Future<Output = &'static str> + Send + 'static,
{
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
        let mut words = line.split(' ').map(str::to_owned);
        let [number, key, input] = [(); 3].map(|()| words.next().expect("a word"));
        let handled = handle(key, input.parse().expect("a number"));
        let say = say.clone();
        tokio::spawn(async move {
            let word = handled.await;
            let _ = say.send(format!("{number} {word}"));
        });
    }
    drop(say);
    says.await.expect("all is said");
}

async fn arrive<S>(joins: &Ship<S>, key: &str, input: u8, journal: &Arc<Journal>) -> &'static str
where
    S: Store<ShipInput>,
{
    let part = Part {
        order: key.to_owned(),
        metadata: Origin::default(),
    };
    let arrival = match input {
        0 => joins.first(part, journal).await,
        1 => joins.second(part, journal).await,
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
            tokio::time::sleep(AGAIN).await;
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
        tokio::time::sleep(BETWEEN_SWEEPS).await;
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
