//! Renews the lease of a claim.

use std::time::{Duration, Instant};

use super::claim_store::ClaimStore;
use super::core::change::Change;
use super::core::error::StoreError;
use super::core::state::{JoinPolicy, Settlement, Token};
use super::sleep::sleep;
use super::waiting_claims::WaitingClaims;
use super::within::within;

/// The shortest pause before a renewal.
const MIN_PAUSE: Duration = Duration::from_millis(1);

/// Holds a claim whose lease ends unless it is renewed.
#[derive(Clone, Copy)]
pub(super) struct Lease<'a> {
    pub(super) store: &'a dyn ClaimStore,
    pub(super) key: &'a str,
    pub(super) token: Token,
    /// The latest time at which the store made or renewed the claim.
    pub(super) since: Instant,
}

/// Returns a third of a lease: it leaves time to repeat a renewal that failed.
fn third(policy: &JoinPolicy) -> Duration {
    (policy.lease / 3).max(MIN_PAUSE)
}

impl Lease<'_> {
    /// Checks that this worker still has the claim, and that the store has kept all inputs of the work.
    ///
    /// A lease of which more than a third has passed is renewed.
    pub(super) async fn begin(self, has_all_inputs: bool) -> Beginning {
        let third = third(self.store.policy());
        let mut since = self.since;
        if since.elapsed() > third {
            let now = Instant::now();
            match self.renew(third / 2).await {
                Some(Ok(true)) => since = now,
                Some(Ok(false)) => return Beginning::Lost,
                // The rest of the lease is long enough to renew it during the work.
                Some(Err(_)) | None if since.elapsed() < 2 * third => {}
                Some(Err(_)) | None => return Beginning::Unknown,
            }
        }
        if has_all_inputs {
            return Beginning::Held { since };
        }
        // The store has lost an input, so the function cannot be called.
        let undecodable = Change::Settle {
            token: self.token,
            settlement: Settlement::Undecodable,
        };
        match self.store.apply(self.key, undecodable).await {
            Ok(is_recorded) => Beginning::Undecodable { is_recorded },
            Err(_) => Beginning::Unknown,
        }
    }

    /// Renews the lease until another worker has the claim, and looks after the claims that wait.
    pub(super) async fn keep(self, beside: Option<&WaitingClaims>) {
        let third = third(self.store.policy());
        let soon = (third / 8).max(MIN_PAUSE);
        // Renew a third of a lease after the claim or the last renewal, or soon after a failed renewal.
        let mut rest = third.saturating_sub(self.since.elapsed()).max(soon);
        let mut is_ours = true;
        loop {
            sleep(rest).await;
            rest = third;
            if is_ours {
                // A longer renewal would end after the lease, so it is dropped and repeated.
                match self.renew(third).await {
                    Some(Ok(true)) => {}
                    // Another worker holds the join now. The store will reject this body's success.
                    Some(Ok(false)) => is_ours = false,
                    Some(Err(_)) | None => {
                        rest = soon;
                        continue;
                    }
                }
            }
            match beside {
                Some(beside) if !beside.is_empty() => {
                    // The limit keeps this claim's own next renewal in time.
                    let others = beside.look_after(self.store, third);
                    within(others, sleep(third / 3)).await;
                }
                _ if is_ours => {}
                _ => break,
            }
        }
    }

    async fn renew(self, limit: Duration) -> Option<Result<bool, StoreError>> {
        self.store.renew(self.key, self.token, limit).await
    }
}

/// Reports whether the work of a claim may begin.
pub(super) enum Beginning {
    /// It may: this worker has held the claim since then.
    Held { since: Instant },
    /// Another worker has the claim.
    Lost,
    /// The store has not confirmed the claim in time, or has failed.
    Unknown,
    /// An input is missing.
    Undecodable { is_recorded: bool },
}
