//! Joins of two inputs in memory, beside shards that only count to two.

mod keys;
mod memory;
mod plain;
mod resident;

use std::hint::black_box;
use std::time::Instant;

use linked_span_tests::figures::quick;

use self::keys::Keys;
use self::resident::resident;

/// Steps between two readings of the clock.
const AT_ONCE: usize = 64;

/// Joins that warm a store up.
const FEW: usize = 64;

/// A store of joins of two inputs.
pub(crate) trait Joins {
    /// Makes the first arrival.
    fn open(&self, key: &str);

    /// Makes the second arrival. Returns the token for the settlement, if there is one.
    fn complete(&self, key: &str) -> u128;

    /// Settles the join.
    fn settle(&self, key: &str, token: u128);
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Store {
    Plain,
    Memory,
}

impl Store {
    pub(crate) const ALL: [Self; 2] = [Self::Plain, Self::Memory];

    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Plain => "plain shards",
            Self::Memory => "`Memory`",
        }
    }

    pub(crate) fn called(title: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|store| store.title() == title)
    }

    fn build(self) -> Box<dyn Joins> {
        match self {
            Self::Plain => Box::new(plain::Plain::new()),
            Self::Memory => Box::new(memory::InMemory::new()),
        }
    }
}

/// Nanoseconds per call, while about as many joins are open as there were keys.
pub(crate) struct Times {
    pub(crate) open: f64,
    pub(crate) complete: f64,
    pub(crate) settle: f64,
}

/// Returns the resident bytes per open join, after `open` joins were opened in an empty store.
pub(crate) fn bytes(store: Store, open: usize) -> usize {
    let mut keys = Keys::new();
    // Subtract the memory that the program itself uses by now.
    drop(Full::new(store, &mut keys, FEW));
    let coming = keys.next(open);
    let before = resident();
    let joins = store.build();
    for key in &coming {
        joins.open(key);
    }
    (resident() - before) / open
}

/// Returns the time of each step: an open join completes, and another is opened in its place.
pub(crate) fn times(store: Store, open: usize, steps: usize) -> Times {
    let mut keys = Keys::new();
    let mut full = Full::new(store, &mut keys, open);
    let coming = keys.next(steps);
    let rounds: Vec<Times> = coming
        .chunks_exact(AT_ONCE)
        .map(|coming| {
            let exchange = full.next_exchange(&mut keys, coming);
            full.exchange(&exchange)
        })
        .collect();
    let of = |step: fn(&Times) -> f64| quick(rounds.iter().map(step));
    Times {
        open: of(|times| times.open),
        complete: of(|times| times.complete),
        settle: of(|times| times.settle),
    }
}

/// Makes the same steps for Callgrind to count. Returns the number of arrivals.
pub(crate) fn run(store: Store, open: usize) -> usize {
    let mut keys = Keys::new();
    let mut full = Full::new(store, &mut keys, open);
    let coming = keys.next(16 * AT_ONCE);
    let exchanges: Vec<_> = coming
        .chunks_exact(AT_ONCE)
        .map(|coming| full.next_exchange(&mut keys, coming))
        .collect();
    let (first, second) = exchanges.split_at(8);
    for exchange in first {
        full.exchange(exchange);
    }
    counted(&full, second);
    second.len() * AT_ONCE * 2
}

/// Callgrind finds this function by its name.
#[inline(never)]
fn counted(full: &Full, exchanges: &[Exchange<'_>]) {
    for exchange in exchanges {
        full.exchange(exchange);
    }
}

/// A store with open joins.
struct Full {
    joins: Box<dyn Joins>,
    open: Vec<&'static str>,
}

/// Some of the store's joins, and as many new ones.
struct Exchange<'k> {
    leaving: [&'static str; AT_ONCE],
    coming: &'k [&'static str],
}

impl Full {
    fn new(store: Store, keys: &mut Keys, open: usize) -> Self {
        let open = keys.next(open);
        let joins = store.build();
        for key in &open {
            joins.open(key);
        }
        Self { joins, open }
    }

    /// The joins that leave are random, because joins do not complete in the order in which they were opened.
    fn next_exchange<'k>(&mut self, keys: &mut Keys, coming: &'k [&'static str]) -> Exchange<'k> {
        let mut next = || self.open.swap_remove(keys.below(self.open.len()));
        let leaving = std::array::from_fn(|_| next());
        self.open.extend_from_slice(coming);
        // A consumer has just read the messages.
        for key in leaving.iter().chain(coming) {
            black_box(key.bytes().fold(0, u8::wrapping_add));
        }
        Exchange { leaving, coming }
    }

    fn exchange(&self, Exchange { leaving, coming }: &Exchange<'_>) -> Times {
        // On the stack, because the allocator would clean up after an allocation of this size while the store is timed.
        let mut tokens = [0; AT_ONCE];
        Times {
            complete: timed(|| tokens = leaving.map(|key| self.joins.complete(key))),
            settle: timed(|| {
                for (key, token) in leaving.iter().zip(&tokens) {
                    self.joins.settle(key, *token);
                }
            }),
            open: timed(|| coming.iter().for_each(|key| self.joins.open(key))),
        }
    }
}

fn timed(steps: impl FnOnce()) -> f64 {
    let begin = Instant::now();
    steps();
    begin.elapsed().as_secs_f64() * 1e9 / AT_ONCE as f64
}
