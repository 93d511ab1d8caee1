//! Processes that share joins and are killed at random.
//!
//! This process is the broker: it delivers messages to workers, and redelivers those of a worker that died. The test
//! kills and stops workers at random, and restarts the server, if there is one.

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

/// The environment variable with the number of seconds in which rounds are repeated. Without it there is one round.
const SECONDS: &str = "LINKED_SPAN_KILLED_SECONDS";

/// The longest duration of a round.
const ROUND: Duration = Duration::from_mins(10);

/// How often the test kills or stops a worker.
const MISFORTUNE: Duration = Duration::from_secs(1);

/// How long a worker is stopped. This is longer than a lease, so that another worker claims its joins meanwhile.
const STOPPED: Duration = Duration::from_secs(4);

/// The lease in a worker.
pub const LEASE: Duration = Duration::from_secs(2);

/// The counts of a run.
#[derive(Clone, Copy, Debug)]
pub struct Report {
    /// The number of joins, in rounds of equal size.
    pub keys: u32,
    /// The number of workers that the test killed.
    pub killed: u32,
    /// The number of workers that exited between a commit and its reply.
    pub died: u32,
    /// The number of workers that were stopped past their leases.
    pub stopped: u32,
    /// The number of deliveries, including repeated ones.
    pub deliveries: u64,
    /// The number of bodies that ran.
    pub bodies: usize,
    /// The number of bodies that ran again, by the reason.
    pub repeats: Repeats,
    /// The number of successes that the store refused.
    pub refused: usize,
    /// The duration of the run.
    pub took: Duration,
}

/// Delivers all messages to workers that are killed, until all are acknowledged.
///
/// It calls `restart` twice in each round.
///
/// # Panics
///
/// If a message is rejected, or a round takes too long.
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

/// Returns the keys of joins by their numbers.
pub fn keys(numbers: Range<u32>) -> impl Iterator<Item = String> {
    numbers.map(|number| format!("order-{number}"))
}
