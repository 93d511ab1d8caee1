//! Claims that one call made, and that their worker begins one after another.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::core::change::Change;
use super::core::state::{JoinPolicy, Settlement, Token};
use super::core::store::Store;
use super::sleep::sleep;
use super::within::within;

/// What becomes of the claims that wait, while the body of another takes long.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Meanwhile {
    /// They are renewed: the caller has asked for them.
    Renewed,
    /// They are released: another sweep can begin them.
    Released,
}

/// The claims of one call that have not begun.
#[derive(Debug)]
pub(super) struct Unbegun {
    meanwhile: Meanwhile,
    claims: Mutex<HashMap<String, Claim>>,
}

#[derive(Clone, Copy, Debug)]
struct Claim {
    token: Token,
    /// When the claim was made or renewed, at the latest.
    since: Instant,
}

impl Unbegun {
    pub(super) fn new(meanwhile: Meanwhile) -> Self {
        Self {
            meanwhile,
            claims: Mutex::default(),
        }
    }

    pub(super) fn add(&self, key: &str, token: Token, since: Instant) {
        self.lock().insert(key.to_owned(), Claim { token, since });
    }

    /// Takes a claim out. Returns since when it is good; `None` if it is no longer the worker's.
    pub(super) fn leave(&self, key: &str) -> Option<Instant> {
        let left = self.lock().remove(key);
        left.map(|claim| claim.since)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.lock().is_empty()
    }

    /// Renews or releases each claim that waits. A call may take so long.
    pub(super) async fn look_after<P, S: Store<P>>(
        &self,
        store: &S,
        policy: &JoinPolicy,
        limit: Duration,
    ) {
        let claims = self.lock().clone();
        for (key, Claim { token, .. }) in &claims {
            match self.meanwhile {
                Meanwhile::Renewed => {
                    let since = Instant::now();
                    let token = *token;
                    let renewed = store.apply(key, policy, Change::Renew { token });
                    match within(renewed, sleep(limit)).await {
                        Some(Ok(true)) => self.renewed(key, since),
                        Some(Ok(false)) => drop(self.leave(key)),
                        // It is looked at again before it begins.
                        Some(Err(_)) | None => {}
                    }
                }
                // Without waiting: the worker that runs another body may be done at any moment.
                Meanwhile::Released if self.leave(key).is_some() => {
                    store.release(key, policy, *token, Settlement::Released);
                }
                Meanwhile::Released => {}
            }
        }
    }

    fn renewed(&self, key: &str, since: Instant) {
        if let Some(claim) = self.lock().get_mut(key) {
            claim.since = since;
        }
    }

    /// Nothing of the user's runs under the lock.
    fn lock(&self) -> MutexGuard<'_, HashMap<String, Claim>> {
        self.claims.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
