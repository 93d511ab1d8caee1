//! A store that a test controls.

use linked_span::fan_in::{JoinPolicy, Moment, Operator, Store};
use serde::{Deserialize, Serialize};

/// Clocks go on while a test runs, by less than this: what is to be told apart is at least so far apart.
pub const MINUTE: Moment = 60_000;

/// For two inputs.
pub const RULES: JoinPolicy = JoinPolicy::new(2)
    .timeout(60 * MINUTE)
    .lease(5 * MINUTE)
    .backoff(2 * MINUTE)
    .dedup_window(600 * MINUTE)
    .max_attempts(u32::MAX);

/// What is kept of an input.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Payload {
    /// Which it is.
    pub id: u64,
    /// As an event has it.
    pub text: String,
}

impl Payload {
    /// With a text that is not easy to keep.
    #[must_use]
    pub fn new(id: u64) -> Self {
        let text = format!("\"{id}\", \\ \0 \u{1F980} {{}} %s $1 ?1\n");
        Self { id, text }
    }
}

/// A place where joins are kept, which a test has to itself.
pub trait Fixture: Send + Sync + Sized + 'static {
    /// What keeps them.
    type Store: Store<Payload> + Operator + Clone + 'static;

    /// Whether a claim runs out, and an input is decoded: in memory neither.
    const IS_DURABLE: bool = true;

    /// An empty one.
    fn begin() -> impl Future<Output = Self> + Send;

    /// The joins of that name, as a process that has just begun sees them.
    fn open(&self, name: &str) -> impl Future<Output = Self::Store> + Send;

    /// The same joins under a name of the user's.
    fn named(store: Self::Store, name: &str) -> Self::Store;

    /// Loses all that was kept, as a server does that comes back empty; the tables stay.
    fn lose_all(&self) -> impl Future<Output = ()> + Send;

    /// Lets time pass: moves what is kept into the past.
    fn pass(&self, milliseconds: Moment) -> impl Future<Output = ()> + Send;

    /// How many rows or keys there are of joins.
    fn rows(&self) -> impl Future<Output = usize> + Send;

    /// Makes of what is kept of this join's inputs what is no input.
    fn spoil(&self, name: &str, key: &str) -> impl Future<Output = ()> + Send;

    /// Removes the payloads of this join's inputs, though they came.
    fn lose_payloads(&self, name: &str, key: &str) -> impl Future<Output = ()> + Send;
}
