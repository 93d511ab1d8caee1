//! A store that sometimes ends its process after a call took effect, and before the call returns.

use std::hash::{BuildHasher, RandomState};

use linked_span::fan_in::{
    ArriveResponse, ArrivingInput, Change, DueClaims, FanInIdentity, JoinPolicy, JoinQuery,
    JoinSummary, Operator, Rejected, Settlement, Store, StoreError, Token,
};

pub(crate) struct Mortal<S> {
    pub(crate) store: S,
    /// The average number of calls until the process dies.
    pub(crate) calls: Option<u64>,
}

impl<S> Mortal<S> {
    async fn mortally<T>(&self, call: impl Future<Output = T>) -> T {
        let reply = call.await;
        let chance = || RandomState::new().hash_one(0);
        if self
            .calls
            .is_some_and(|calls| chance().is_multiple_of(calls))
        {
            std::process::abort();
        }
        reply
    }
}

impl<P: Send, S: Store<P>> Store<P> for Mortal<S> {
    fn declare(&self, identity: FanInIdentity) {
        self.store.declare(identity);
    }

    async fn arrive(
        &self,
        key: &str,
        policy: &JoinPolicy,
        input: ArrivingInput<'_>,
        payload: P,
        token: Token,
    ) -> Result<ArriveResponse<P>, Rejected<P>> {
        self.mortally(self.store.arrive(key, policy, input, payload, token))
            .await
    }

    async fn apply(
        &self,
        key: &str,
        policy: &JoinPolicy,
        change: Change,
    ) -> Result<bool, StoreError> {
        self.mortally(self.store.apply(key, policy, change)).await
    }

    async fn claim_due(
        &self,
        policy: &JoinPolicy,
        token: Token,
        max: usize,
    ) -> Result<DueClaims<P>, StoreError> {
        self.mortally(self.store.claim_due(policy, token, max))
            .await
    }

    fn release(&self, key: &str, policy: &JoinPolicy, token: Token, settlement: Settlement) {
        self.store.release(key, policy, token, settlement);
    }
}

impl<S: Operator> Operator for Mortal<S> {
    async fn len(&self) -> Result<usize, StoreError> {
        self.store.len().await
    }

    async fn list(
        &self,
        policy: &JoinPolicy,
        query: JoinQuery<'_>,
    ) -> Result<Vec<JoinSummary>, StoreError> {
        self.store.list(policy, query).await
    }
}
