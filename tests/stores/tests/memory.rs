//! The suite for joins in memory.

use std::time::Duration;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use linked_span::fan_in::{
    ArriveResponse, ArrivingInput, Change, DueClaims, FanInIdentity, JoinPolicy, JoinQuery,
    JoinSummary, Memory, Operator, Rejected, Settlement, Store, StoreError, Token,
};
use linked_span::testing::{self, Clock};
use linked_span_tests::Time;
use linked_span_tests_stores::joined::{Pair, Place};
use linked_span_tests_stores::{Fixture, Payload, conformance, joined};

/// One memory, which several workers of a process use.
struct Shared<P>(Arc<Memory<P>>);

impl<P> Clone for Shared<P> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

#[derive(Default)]
struct InMemory {
    time: Time,
    stores: Mutex<BTreeMap<String, Shared<Payload>>>,
}

impl Fixture for InMemory {
    type Store = Shared<Payload>;

    const IS_DURABLE: bool = false;

    async fn begin() -> Self {
        Self::default()
    }

    async fn open(&self, name: &str) -> Self::Store {
        let mut stores = self.stores.lock().unwrap();
        let new = || Shared(Arc::new(self.time.of(Memory::new().shards(4))));
        stores.entry(name.to_owned()).or_insert_with(new).clone()
    }

    fn named(_: Self::Store, _: &str) -> Self::Store {
        unreachable!("a process has no names for what it keeps in its memory");
    }

    async fn lose_all(&self) {
        unreachable!("a process that loses its memory has ended");
    }

    async fn pass(&self, span: Duration) {
        self.time.pass(span);
    }

    async fn rows(&self) -> usize {
        let stores = self.stores.lock().unwrap();
        stores.values().map(|store| store.0.slots()).sum()
    }

    async fn spoil(&self, _: &str, _: &str) {
        unreachable!("what is in memory is not encoded");
    }

    async fn lose_payloads(&self, _: &str, _: &str) {
        unreachable!("what is in memory is not lost");
    }
}

/// The joins of a function in memory.
struct Pairs {
    time: Time,
    store: Shared<Pair>,
}

impl Place for Pairs {
    type Store = Shared<Pair>;

    const IS_DURABLE: bool = false;

    async fn begin() -> Self {
        let time = Time::default();
        // With one shard, each arrival finds expired joins.
        let store = Shared(Arc::new(time.of(Memory::new().shards(1))));
        Self { time, store }
    }

    async fn open(&self) -> Self::Store {
        self.store.clone()
    }

    async fn pass(&self, span: Duration) {
        self.time.pass(span);
    }
}

impl<P: Send + Sync + 'static> Store<P> for Shared<P> {
    fn declare(&self, identity: FanInIdentity) {
        self.0.declare(identity);
    }

    async fn arrive(
        &self,
        key: &str,
        policy: &JoinPolicy,
        input: ArrivingInput<'_>,
        payload: P,
        token: Token,
    ) -> Result<ArriveResponse<P>, Rejected<P>> {
        self.0.arrive(key, policy, input, payload, token).await
    }

    async fn apply(
        &self,
        key: &str,
        policy: &JoinPolicy,
        change: Change,
    ) -> Result<bool, StoreError> {
        self.0.apply(key, policy, change).await
    }

    async fn claim_due(
        &self,
        policy: &JoinPolicy,
        token: Token,
        max: usize,
    ) -> Result<DueClaims<P>, StoreError> {
        self.0.claim_due(policy, token, max).await
    }

    fn release(&self, key: &str, policy: &JoinPolicy, token: Token, settlement: Settlement) {
        self.0.release(key, policy, token, settlement);
    }

    fn is_durable(&self) -> bool {
        false
    }
}

impl<P: Send + Sync + 'static> Operator for Shared<P> {
    async fn len(&self) -> Result<usize, StoreError> {
        self.0.len().await
    }

    async fn list(
        &self,
        policy: &JoinPolicy,
        query: JoinQuery<'_>,
    ) -> Result<Vec<JoinSummary>, StoreError> {
        self.0.list(policy, query).await
    }
}

/// Claims in memory have no leases.
#[tokio::test]
async fn memory_keeps_the_rules_of_joins() {
    testing::conformance(async || {
        let clock = Clock::new();
        let memory = Memory::new().shards(4).clock(clock.reader());
        (memory, async move |span| clock.advance(span))
    })
    .await;
}

#[tokio::test]
async fn memory_keeps_the_rules_of_lists() {
    testing::list_conformance(async || {
        let clock = Clock::new();
        let memory = Memory::new().shards(1).clock(clock.reader());
        (memory, async move |span| clock.advance(span))
    })
    .await;
}

conformance!(InMemory);
conformance!(InMemory: ends::ten_thousand_joins_leave_no_rows);
joined!(Pairs);
joined!(Pairs: expired::on_expired_that_hangs_is_bounded_for_arrivals);
