//! The claims of one call that wait for their worker.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::claim_store::ClaimStore;
use super::core::state::Token;

/// Chooses what a worker does with waiting claims while a long body runs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum WhileWaiting {
    /// The worker renews them, because the caller has asked for them.
    Renew,
    /// The worker releases them, so that another sweep can begin them.
    Release,
}

/// Holds the claims of one call that have not begun.
#[derive(Debug)]
pub(super) struct WaitingClaims {
    while_waiting: WhileWaiting,
    claims: Mutex<HashMap<String, Claim>>,
}

#[derive(Clone, Copy, Debug)]
struct Claim {
    token: Token,
    /// The latest time at which the store made or renewed the claim.
    since: Instant,
}

impl WaitingClaims {
    pub(super) fn new(while_waiting: WhileWaiting) -> Self {
        Self {
            while_waiting,
            claims: Mutex::default(),
        }
    }

    pub(super) fn add(&self, key: &str, token: Token, since: Instant) {
        self.lock().insert(key.to_owned(), Claim { token, since });
    }

    /// Removes a claim, and returns when it was made or last renewed.
    ///
    /// Returns `None` if this worker no longer holds it.
    pub(super) fn leave(&self, key: &str) -> Option<Instant> {
        let left = self.lock().remove(key);
        left.map(|claim| claim.since)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.lock().is_empty()
    }

    /// Renews or releases each waiting claim; `limit` bounds each call.
    pub(super) async fn look_after(&self, store: &dyn ClaimStore, limit: Duration) {
        let claims = self.lock().clone();
        for (key, &Claim { token, .. }) in &claims {
            match self.while_waiting {
                WhileWaiting::Renew => {
                    let since = Instant::now();
                    match store.renew(key, token, limit).await {
                        Some(Ok(true)) => self.renewed(key, since),
                        Some(Ok(false)) => drop(self.leave(key)),
                        // The worker checks the claim again before it begins.
                        Some(Err(_)) | None => {}
                    }
                }
                // This does not wait: the worker that runs another body may be done at any moment.
                WhileWaiting::Release if self.leave(key).is_some() => store.release(key, token),
                WhileWaiting::Release => {}
            }
        }
    }

    fn renewed(&self, key: &str, since: Instant) {
        if let Some(claim) = self.lock().get_mut(key) {
            claim.since = since;
        }
    }

    /// Takes the lock. No code of the user runs under it, so no panic of the user poisons it.
    fn lock(&self) -> MutexGuard<'_, HashMap<String, Claim>> {
        self.claims.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
