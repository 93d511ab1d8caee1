//! The part of a store that renews claims.
//!
//! It has no types of the store and of the inputs. So the crate compiles what renews claims once, and not for each function.

use std::pin::Pin;
use std::time::Duration;

use super::context::JoinContext;
use super::core::change::Change;
use super::core::error::StoreError;
use super::core::state::{JoinPolicy, Settlement, Token};
use super::core::store::Store;
use super::sleep::sleep;
use super::within::within;

/// The future of a call that is rare or slow enough for a box.
pub(super) type Applied<'a> = Pin<Box<dyn Future<Output = Result<bool, StoreError>> + Send + 'a>>;

/// Makes a store's calls for the claims of one function.
pub(super) trait ClaimStore: Send + Sync {
    /// Renews or settles a claim. Returns `true` if the store has recorded that.
    fn apply<'a>(&'a self, key: &'a str, change: Change) -> Applied<'a>;

    /// Releases a claim without waiting.
    fn release(&self, key: &str, token: Token);

    fn policy(&self) -> &JoinPolicy;
}

impl dyn ClaimStore + '_ {
    /// Renews a claim. Returns `None` if the store needs longer than `limit`.
    pub(super) async fn renew(
        &self,
        key: &str,
        token: Token,
        limit: Duration,
    ) -> Option<Result<bool, StoreError>> {
        let renewed = self.apply(key, Change::Renew { token });
        within(renewed, sleep(limit)).await
    }
}

impl<P: 'static, S: Store<P>> ClaimStore for JoinContext<P, S> {
    fn apply<'a>(&'a self, key: &'a str, change: Change) -> Applied<'a> {
        Box::pin(self.store.apply(key, &self.policy, change))
    }

    fn release(&self, key: &str, token: Token) {
        self.store
            .release(key, &self.policy, token, Settlement::Released);
    }

    fn policy(&self) -> &JoinPolicy {
        &self.policy
    }
}
