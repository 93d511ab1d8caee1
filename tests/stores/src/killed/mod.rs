//! Processes that share joins and are killed at random.
//!
//! The broker is this process: it delivers messages to workers, and again what a worker had not acknowledged when it
//! died. Workers are killed and stopped at random, and the server, if there is one, is restarted.

mod broker;
mod journal;
mod process;
mod random;

use std::ops::Range;
use std::path::Path;
use std::time::{Duration, Instant};

use self::broker::Broker;
pub use self::journal::Journal;
use self::journal::Repeats;
use self::process::Workers;
use self::random::Random;

/// How many inputs a join has.
pub const INPUTS: u8 = 3;

const WORKERS: usize = 6;
const KEYS: u32 = 5_000;

/// The environment variable that says for how many seconds rounds follow each other. Without it there is one round.
const SECONDS: &str = "LINKED_SPAN_KILLED_SECONDS";

/// How long a round may take.
const ROUND: Duration = Duration::from_mins(10);

/// How often something happens to a worker.
const MISFORTUNE: Duration = Duration::from_secs(1);

/// How long a worker is stopped: longer than a lease, so that another worker has its joins when it continues.
const STOPPED: Duration = Duration::from_secs(4);

/// How long a claim lasts, in a worker.
pub const LEASE: Duration = Duration::from_secs(2);

/// What has happened.
#[derive(Clone, Copy, Debug)]
pub struct Report {
    /// How many joins there were, in rounds of equal size.
    pub keys: u32,
    /// How many workers were killed from outside.
    pub killed: u32,
    /// How many killed themselves between a commit and its reply.
    pub died: u32,
    /// How many were stopped past their leases.
    pub stopped: u32,
    /// How many messages were delivered, each as often as it had to be.
    pub deliveries: u64,
    /// How many bodies ran.
    pub bodies: usize,
    /// How many of them ran again, and why.
    pub repeats: Repeats,
    /// How many successes the store did not record.
    pub refused: usize,
    /// How long it took.
    pub took: Duration,
}

/// Delivers everything to workers that are killed, until all is acknowledged. `restart` is called twice in each round.
///
/// # Panics
///
/// If a message is rejected, or a round takes longer than it may.
#[must_use]
pub fn run(worker: &Path, url: &str, folder: &Path, mut restart: impl FnMut()) -> Report {
    let (began, mut random) = (Instant::now(), Random::new());
    let journal = Journal::new(folder);
    let mut workers = Workers::new(worker, url, folder);
    let mut broker = Broker::default();
    for place in 0..WORKERS {
        workers.start(place);
    }
    let (mut count, goes_on) = (0, seconds());
    let mut next = Instant::now() + MISFORTUNE;
    while count == 0 || began.elapsed() < goes_on {
        let round = Instant::now();
        broker.add(keys(count..count + KEYS), &mut random);
        count += KEYS;
        let all = broker.left();
        let mut restarts = [all / 3, 2 * all / 3].into_iter().peekable();
        while broker.left() > 0 {
            broker.deliver(&mut workers);
            broker.hear(&mut workers, &mut random);
            if Instant::now() >= next {
                workers.strike(STOPPED, &mut random);
                next += MISFORTUNE;
            }
            let done = all - broker.left();
            if restarts.next_if(|after| done >= *after).is_some() {
                restart();
            }
            assert!(round.elapsed() < ROUND, "{broker:?}");
        }
    }
    workers.finish();
    let (killed, died, stopped) = workers.struck();
    let report = Report {
        keys: count,
        killed,
        died,
        stopped,
        deliveries: broker.deliveries(),
        bodies: journal.bodies().len(),
        repeats: journal.repeats(&workers),
        refused: journal.refused(),
        took: began.elapsed(),
    };
    assert_eq!(journal.keys(), count as usize, "every body ran");
    assert_eq!(journal.recorded_twice(), [""; 0], "one success is recorded");
    report
}

fn seconds() -> Duration {
    let seconds = std::env::var(SECONDS).map_or(0, |seconds| {
        let seconds = seconds.parse();
        seconds.unwrap_or_else(|_| panic!("set `{SECONDS}` to a number of seconds"))
    });
    Duration::from_secs(seconds)
}

/// The keys of joins by their numbers.
pub fn keys(numbers: Range<u32>) -> impl Iterator<Item = String> {
    numbers.map(|number| format!("order-{number}"))
}
