//! A store that was written from the rustdoc of `Store`, `Operator` and the state machine alone.
//!
//! It uses no runtime and no server. So the suite here shows that the documentation suffices, and `renewed` shows that
//! such a store keeps its claims without tokio.

mod faults;
mod renewed;

use std::time::Duration;

use std::collections::BTreeMap;
use std::sync::Mutex;

use linked_span_tests::{Shelf, Time};
use linked_span_tests_stores::{Fixture, Payload, conformance};

#[derive(Default)]
struct OnShelves {
    time: Time,
    shelves: Mutex<BTreeMap<String, Shelf<Payload>>>,
}

impl Fixture for OnShelves {
    type Store = Shelf<Payload>;

    const IS_DURABLE: bool = false;

    async fn begin() -> Self {
        Self::default()
    }

    async fn open(&self, name: &str) -> Self::Store {
        let mut shelves = self.shelves.lock().unwrap();
        let time = self.time.clone();
        let entry = shelves.entry(name.to_owned());
        entry
            .or_insert_with(|| Shelf::new(false, move || time.now()))
            .clone()
    }

    fn named(_: Self::Store, _: &str) -> Self::Store {
        unreachable!("a shelf has no names");
    }

    async fn lose_all(&self) {
        unreachable!("a shelf loses nothing while its process lives");
    }

    async fn pass(&self, span: Duration) {
        self.time.pass(span);
    }

    async fn rows(&self) -> usize {
        let shelves = self.shelves.lock().unwrap();
        shelves.values().map(Shelf::rows).sum()
    }

    async fn spoil(&self, _: &str, _: &str) {
        unreachable!("a shelf does not encode inputs");
    }

    async fn lose_payloads(&self, _: &str, _: &str) {
        unreachable!("a shelf does not lose inputs");
    }
}

conformance!(OnShelves);
