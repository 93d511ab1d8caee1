//! The same store, at some distance.

use std::time::Duration;

use linked_span::fan_in::{
    ArriveResponse, Due, JoinPolicy, JoinQuery, JoinSummary, Moment, Rejected, Settlement, Store,
    StoreError, Token,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::task::yield_now;

use super::{Call, Encoded};

/// Waits before each call and before its reply, where a caller can be cancelled.
#[derive(Clone, Debug)]
pub(crate) struct Remote(pub(crate) Encoded);

async fn there_and_back<T>(call: impl Future<Output = T>) -> T {
    yield_now().await;
    let reply = call.await;
    yield_now().await;
    reply
}

impl<P: Serialize + DeserializeOwned + Send + Sync> Store<P> for Remote {
    async fn arrive(
        &self,
        key: &str,
        rules: &JoinPolicy,
        input: u8,
        payload: P,
        token: Token,
    ) -> Result<ArriveResponse<P>, Rejected<P>> {
        there_and_back(self.0.arrive(key, rules, input, payload, token)).await
    }

    async fn settle(
        &self,
        key: &str,
        rules: &JoinPolicy,
        token: Token,
        settlement: Settlement,
    ) -> Result<bool, StoreError> {
        let call = Store::<P>::settle(&self.0, key, rules, token, settlement);
        there_and_back(call).await
    }

    async fn renew(&self, key: &str, rules: &JoinPolicy, token: Token) -> Result<bool, StoreError> {
        if self.0.faults.lock().unwrap().hangs(Call::Renew) {
            std::future::pending::<()>().await;
        }
        there_and_back(Store::<P>::renew(&self.0, key, rules, token)).await
    }

    async fn due(
        &self,
        rules: &JoinPolicy,
        token: Token,
        max: usize,
    ) -> Result<Vec<Due<P>>, StoreError> {
        there_and_back(self.0.due(rules, token, max)).await
    }

    async fn len(&self) -> Result<usize, StoreError> {
        there_and_back(Store::<P>::len(&self.0)).await
    }

    async fn list(
        &self,
        rules: &JoinPolicy,
        which: JoinQuery<'_>,
    ) -> Result<Vec<JoinSummary>, StoreError> {
        there_and_back(Store::<P>::list(&self.0, rules, which)).await
    }

    async fn retry(&self, key: &str, rules: &JoinPolicy) -> Result<bool, StoreError> {
        there_and_back(Store::<P>::retry(&self.0, key, rules)).await
    }

    async fn forget(&self, key: &str, rules: &JoinPolicy) -> Result<bool, StoreError> {
        there_and_back(Store::<P>::forget(&self.0, key, rules)).await
    }

    fn abandon(&self, key: &str, rules: &JoinPolicy, token: Token, settlement: Settlement) {
        Store::<P>::abandon(&self.0, key, rules, token, settlement);
    }

    async fn pause(&self, span: Duration) {
        let span = Moment::try_from(span.as_millis()).unwrap_or(Moment::MAX);
        let until = self.0.time.now().saturating_add(span);
        while self.0.time.now() < until {
            yield_now().await;
        }
    }
}
