//! A store that sometimes kills its process after a call took effect, and before the call returns.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use linked_span::fan_in::{
    ArriveResponse, Due, FanInIdentity, JoinPolicy, JoinQuery, JoinSummary, Rejected, Settlement,
    Store, StoreError, Token,
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
        rules: &JoinPolicy,
        input: u8,
        payload: P,
        token: Token,
    ) -> Result<ArriveResponse<P>, Rejected<P>> {
        self.mortally(self.store.arrive(key, rules, input, payload, token))
            .await
    }

    async fn settle(
        &self,
        key: &str,
        rules: &JoinPolicy,
        token: Token,
        settlement: Settlement,
    ) -> Result<bool, StoreError> {
        self.mortally(self.store.settle(key, rules, token, settlement))
            .await
    }

    async fn renew(&self, key: &str, rules: &JoinPolicy, token: Token) -> Result<bool, StoreError> {
        self.mortally(self.store.renew(key, rules, token)).await
    }

    async fn due(
        &self,
        rules: &JoinPolicy,
        token: Token,
        max: usize,
    ) -> Result<Vec<Due<P>>, StoreError> {
        self.mortally(self.store.due(rules, token, max)).await
    }

    async fn len(&self) -> Result<usize, StoreError> {
        self.store.len().await
    }

    async fn list(
        &self,
        rules: &JoinPolicy,
        which: JoinQuery<'_>,
    ) -> Result<Vec<JoinSummary>, StoreError> {
        self.store.list(rules, which).await
    }

    async fn retry(&self, key: &str, rules: &JoinPolicy) -> Result<bool, StoreError> {
        self.store.retry(key, rules).await
    }

    async fn forget(&self, key: &str, rules: &JoinPolicy) -> Result<bool, StoreError> {
        self.store.forget(key, rules).await
    }

    fn abandon(&self, key: &str, rules: &JoinPolicy, token: Token, settlement: Settlement) {
        self.store.abandon(key, rules, token, settlement);
    }

    async fn pause(&self, span: Duration) {
        self.store.pause(span).await;
    }
}
