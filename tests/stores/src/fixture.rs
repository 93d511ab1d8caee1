//! A store that a test controls.

use std::time::Duration;

use linked_span::fan_in::{JoinPolicy, Operator, Store};
use serde::{Deserialize, Serialize};

/// Tests keep times at least this far apart, because clocks advance while a test runs.
pub const MINUTE: Duration = Duration::from_mins(1);

/// A policy for two inputs.
pub const POLICY: JoinPolicy = JoinPolicy::new(2)
    .timeout(Duration::from_hours(1))
    .lease(Duration::from_mins(5))
    .backoff(Duration::from_mins(2))
    .dedup_window(Duration::from_hours(10))
    .max_attempts(u32::MAX);

/// A payload.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Payload {
    /// The payload's number.
    pub id: u64,
    /// Text like that of an event.
    pub text: String,
}

impl Payload {
    /// Creates a payload whose text is hard to store.
    #[must_use]
    pub fn new(id: u64) -> Self {
        let text = format!("\"{id}\", \\ \0 \u{1F980} {{}} %s $1 ?1\n");
        Self { id, text }
    }
}

/// A place for joins that only one test uses.
pub trait Fixture: Send + Sync + Sized + 'static {
    /// The store.
    type Store: Store<Payload> + Operator + Clone + 'static;

    /// `true` if leases end and inputs are decoded; `false` for joins in memory.
    const IS_DURABLE: bool = true;

    /// Creates an empty place.
    fn begin() -> impl Future<Output = Self> + Send;

    /// Opens the joins of this name, as a new process does.
    fn open(&self, name: &str) -> impl Future<Output = Self::Store> + Send;

    /// Returns the store with a name that the user gives.
    fn named(store: Self::Store, name: &str) -> Self::Store;

    /// Removes all data except the tables, as after a server's restart without its data.
    fn lose_all(&self) -> impl Future<Output = ()> + Send;

    /// Moves all stored times into the past.
    fn pass(&self, span: Duration) -> impl Future<Output = ()> + Send;

    /// Returns how many rows or keys the joins have.
    fn rows(&self) -> impl Future<Output = usize> + Send;

    /// Replaces the stored inputs of this join by data that does not decode.
    fn spoil(&self, name: &str, key: &str) -> impl Future<Output = ()> + Send;

    /// Removes the payloads of this join's inputs, and leaves them marked as received.
    fn lose_payloads(&self, name: &str, key: &str) -> impl Future<Output = ()> + Send;
}
