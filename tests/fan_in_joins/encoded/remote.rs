//! The same store over a network that takes time.

use linked_span::fan_in::{
    ArriveResponse, ArrivingInput, Change, DueClaims, JoinPolicy, JoinQuery, JoinSummary, Operator,
    Rejected, Settlement, Store, StoreError, Token,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::task::yield_now;

use super::{Call, Encoded};

/// Yields before each call and before its reply, so that a caller can be cancelled there.
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
        policy: &JoinPolicy,
        input: ArrivingInput<'_>,
        payload: P,
        token: Token,
    ) -> Result<ArriveResponse<P>, Rejected<P>> {
        there_and_back(self.0.arrive(key, policy, input, payload, token)).await
    }

    async fn apply(
        &self,
        key: &str,
        policy: &JoinPolicy,
        change: Change,
    ) -> Result<bool, StoreError> {
        let is_renewal = matches!(change, Change::Renew { .. });
        if is_renewal && self.0.faults.lock().unwrap().hangs(Call::Renew) {
            std::future::pending::<()>().await;
        }
        there_and_back(Store::<P>::apply(&self.0, key, policy, change)).await
    }

    async fn claim_due(
        &self,
        policy: &JoinPolicy,
        token: Token,
        max: usize,
    ) -> Result<DueClaims<P>, StoreError> {
        there_and_back(self.0.claim_due(policy, token, max)).await
    }

    fn release(&self, key: &str, policy: &JoinPolicy, token: Token, settlement: Settlement) {
        Store::<P>::release(&self.0, key, policy, token, settlement);
    }
}

impl Operator for Remote {
    async fn len(&self) -> Result<usize, StoreError> {
        there_and_back(self.0.len()).await
    }

    async fn list(
        &self,
        policy: &JoinPolicy,
        query: JoinQuery<'_>,
    ) -> Result<Vec<JoinSummary>, StoreError> {
        there_and_back(self.0.list(policy, query)).await
    }
}
