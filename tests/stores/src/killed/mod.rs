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

/// How many inputs a join of single inputs has.
pub const INPUTS: u8 = 3;

/// How many elements the list of a join has.
pub const ELEMENTS: u8 = 20;

const WORKERS: usize = 6;

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

/// The kind of the joins of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Joins {
    /// Joins of [`INPUTS`] single inputs.
    Singles,
    /// Joins of a single input, which is message 0, and of a list with the elements 1 to [`ELEMENTS`].
    Lists,
}

impl Joins {
    /// Returns the kind that a worker's argument names.
    #[must_use]
    pub fn of_word(word: &str) -> Option<Self> {
        let is_it = |joins: &Self| joins.word() == word;
        [Self::Singles, Self::Lists].into_iter().find(is_it)
    }

    fn word(self) -> &'static str {
        match self {
            Self::Singles => "singles",
            Self::Lists => "lists",
        }
    }

    /// Returns the number of different messages of a join.
    fn messages(self) -> u8 {
        match self {
            Self::Singles => INPUTS,
            Self::Lists => 1 + ELEMENTS,
        }
    }

    /// Returns the number of joins in a round.
    fn keys(self) -> u32 {
        match self {
            Self::Singles => 5_000,
            Self::Lists => 300,
        }
    }
}

/// The counts of a run.
#[derive(Clone, Copy, Debug)]
pub struct Report {
    /// The kind of the joins.
    pub joins: Joins,
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

/// Delivers all messages of joins with single inputs to workers that are killed, until all are acknowledged.
///
/// It calls `restart` twice in each round.
///
/// # Panics
///
/// If a message is rejected, a body has not run, two successes are recorded, or a round takes too long.
#[must_use]
pub fn run(worker: &Path, url: &str, folder: &Path, restart: impl FnMut()) -> Report {
    run_joins(Joins::Singles, worker, url, folder, restart)
}

/// Delivers all messages of joins with lists, as [`run`] does.
///
/// # Panics
///
/// Also if a body misses an element, has one twice, or if two bodies of a join have them in different orders.
#[must_use]
pub fn run_lists(worker: &Path, url: &str, folder: &Path, restart: impl FnMut()) -> Report {
    let report = run_joins(Joins::Lists, worker, url, folder, restart);
    Journal::new(folder).assert_elements(1..=ELEMENTS);
    report
}

fn run_joins(
    joins: Joins,
    worker: &Path,
    url: &str,
    folder: &Path,
    mut restart: impl FnMut(),
) -> Report {
    let (began, mut random) = (Instant::now(), Random::new());
    let journal = Journal::new(folder);
    let mut workers = Workers::new(worker, url, folder, joins);
    let mut broker = Broker::default();
    for place in 0..WORKERS {
        workers.start(place);
    }
    let (mut count, goes_on) = (0, seconds());
    let mut next = Instant::now() + MISFORTUNE;
    while count == 0 || began.elapsed() < goes_on {
        let round = Instant::now();
        let new = keys(count..count + joins.keys());
        broker.add(new, joins.messages(), &mut random);
        count += joins.keys();
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
    if joins == Joins::Lists {
        // An element that comes again is acknowledged, so a sweep runs what a dead worker has left.
        let acknowledged = Instant::now();
        while journal.keys() < count as usize || acknowledged.elapsed() < 4 * LEASE {
            broker.hear(&mut workers, &mut random);
            assert!(acknowledged.elapsed() < ROUND, "every body runs");
        }
    }
    workers.finish();
    let (killed, died, stopped) = workers.struck();
    let report = Report {
        joins,
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
