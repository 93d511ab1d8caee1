//! A store whose user dies now and then when it has done what it was asked to, and before he hears of it.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use linked_span::fan_in::{
    Arrived, Due, Listed, Rejected, Rules, Settlement, Store, StoreError, Token, Which,
};

/// One call in so many is the last.
const CALLS: u64 = 1_000;

pub(crate) struct Mortal<S>(pub(crate) S);

async fn mortally<T>(call: impl Future<Output = T>) -> T {
    let reply = call.await;
    if RandomState::new().hash_one(0).is_multiple_of(CALLS) {
        std::process::abort();
    }
    reply
}

impl<P: Send, S: Store<P>> Store<P> for Mortal<S> {
    fn declare(&self, join: &'static str, inputs: &'static [&'static str]) {
        self.0.declare(join, inputs);
    }

    async fn arrive(
        &self,
        key: &str,
        rules: &Rules,
        input: u8,
        payload: P,
        token: Token,
    ) -> Result<Arrived<P>, Rejected<P>> {
        mortally(self.0.arrive(key, rules, input, payload, token)).await
    }

    async fn settle(
        &self,
        key: &str,
        rules: &Rules,
        token: Token,
        settlement: Settlement,
    ) -> Result<bool, StoreError> {
        mortally(self.0.settle(key, rules, token, settlement)).await
    }

    async fn renew(&self, key: &str, rules: &Rules, token: Token) -> Result<bool, StoreError> {
        mortally(self.0.renew(key, rules, token)).await
    }

    async fn due(
        &self,
        rules: &Rules,
        token: Token,
        max: usize,
    ) -> Result<Vec<Due<P>>, StoreError> {
        mortally(self.0.due(rules, token, max)).await
    }

    async fn len(&self) -> Result<usize, StoreError> {
        self.0.len().await
    }

    async fn list(&self, rules: &Rules, which: Which<'_>) -> Result<Vec<Listed>, StoreError> {
        self.0.list(rules, which).await
    }

    async fn retry(&self, key: &str, rules: &Rules) -> Result<bool, StoreError> {
        self.0.retry(key, rules).await
    }

    async fn forget(&self, key: &str, rules: &Rules) -> Result<bool, StoreError> {
        self.0.forget(key, rules).await
    }

    fn abandon(&self, key: &str, rules: &Rules, token: Token, settlement: Settlement) {
        self.0.abandon(key, rules, token, settlement);
    }

    async fn pause(&self, span: Duration) {
        self.0.pause(span).await;
    }
}
