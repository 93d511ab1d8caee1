//! The suite on joins in memory.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use linked_span::fan_in::{Memory, Moment};
use linked_span_tests::Time;
use linked_span_tests_stores::joined::{Pair, Place};
use linked_span_tests_stores::{Fixture, Payload, conformance, joined};

#[derive(Default)]
struct InMemory {
    time: Time,
    stores: Mutex<BTreeMap<String, Arc<Memory<Payload>>>>,
}

impl Fixture for InMemory {
    type Store = Arc<Memory<Payload>>;

    const IS_DURABLE: bool = false;

    async fn begin() -> Self {
        Self::default()
    }

    async fn open(&self, name: &str) -> Self::Store {
        let mut stores = self.stores.lock().unwrap();
        let new = || Arc::new(self.time.of(Memory::new().shards(4)));
        Arc::clone(stores.entry(name.to_owned()).or_insert_with(new))
    }

    fn named(_: Self::Store, _: &str) -> Self::Store {
        unreachable!("a process has no names for what it keeps in its memory");
    }

    async fn lose_all(&self) {
        unreachable!("a process that loses its memory has ended");
    }

    async fn pass(&self, milliseconds: Moment) {
        self.time.pass(milliseconds);
    }

    async fn rows(&self) -> usize {
        let stores = self.stores.lock().unwrap();
        stores.values().map(|store| store.slots()).sum()
    }

    async fn spoil(&self, _: &str, _: &str) {
        unreachable!("what is in memory is not encoded");
    }

    async fn lose_payloads(&self, _: &str, _: &str) {
        unreachable!("what is in memory is not lost");
    }
}

/// Joins of a function, in memory.
struct Pairs {
    time: Time,
    store: Arc<Memory<Pair>>,
}

impl Place for Pairs {
    type Store = Arc<Memory<Pair>>;

    const IS_DURABLE: bool = false;

    async fn begin() -> Self {
        let time = Time::default();
        // Of one part, in which each arrival sees what has expired.
        let store = Arc::new(time.of(Memory::new().shards(1)));
        Self { time, store }
    }

    async fn open(&self) -> Self::Store {
        Arc::clone(&self.store)
    }

    async fn pass(&self, milliseconds: Moment) {
        self.time.pass(milliseconds);
    }
}

conformance!(InMemory);
joined!(Pairs);
