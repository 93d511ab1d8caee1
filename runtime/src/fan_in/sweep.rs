//! Sweeps: runs or delivers the joins that are due.

use std::collections::{HashSet, VecDeque};
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::claim::{ClaimGuard, DueOutcome};
use super::context::JoinContext;
use super::core::error::StoreError;
use super::core::response::DueClaims;
use super::core::state::Token;
use super::core::store::Store;
use super::join::Join;
use super::waiting_claims::{WaitingClaims, WhileWaiting};
use crate::metrics::joins;

/// The maximum number of joins that a sweep claims at once. No other worker can begin a claimed join that waits.
const AT_ONCE: usize = 16;

/// The maximum growth of the next batch.
const MORE: usize = 4;

/// The approximate time that the claims of one call may wait for each other.
const QUICK: Duration = Duration::from_millis(250);

/// Counts the joins that a sweep has processed.
///
/// ```
/// # use std::time::Duration;
/// # use linked_span::{LinkedEvent, Origin, fan_in};
/// use linked_span::fan_in::SweepReport;
///
/// # #[derive(Clone, LinkedEvent)] struct Event { #[event(key)] order: u64, metadata: Origin }
/// #[fan_in(payment, inventory)]
/// fn ship(payment: Event, inventory: Event) {}
///
/// let ship = Ship::in_memory(Duration::from_secs(600));
/// assert_eq!(ship.sweep()?, SweepReport::default());    // no input has arrived, so no join is due
/// # Ok::<(), linked_span::fan_in::StoreError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct SweepReport {
    /// The number of joins whose function succeeded, and whose success was recorded.
    pub ran: usize,
    /// The number of joins whose function returned an `Err`.
    pub failed: usize,
    /// The number of joins whose function succeeded, and whose success was not recorded.
    pub unrecorded: usize,
    /// The number of joins that were delivered to `on_expired`.
    pub expired: usize,
    /// The number of joins that could not be delivered.
    pub expiry_failed: usize,
}

/// Holds the state of a running sweep.
#[derive(Debug)]
pub struct Sweeping<'j, P: 'static, S: Store<P>> {
    join: &'j Join<P, S>,
    claimed: VecDeque<ClaimGuard<'j, P, S>>,
    /// The time of the last batch of claims, and its size.
    since: Instant,
    batch: usize,
    hasher: RandomState,
    /// The hash of the key that was returned last.
    current: u64,
    /// The hashes of the keys that have failed in this sweep. A failed join may be due again at once.
    failed: HashSet<u64>,
    swept: SweepReport,
}

impl<P: 'static, S: Store<P>> Join<P, S> {
    #[doc(hidden)]
    pub async fn due<'j, D>(
        &'j self,
        max: usize,
        due: fn(ClaimGuard<'j, P, S>) -> D,
    ) -> Result<Vec<D>, StoreError> {
        let claimed = self.claim(max, WhileWaiting::Renew).await?;
        Ok(claimed.into_iter().map(due).collect())
    }

    async fn claim(
        &self,
        max: usize,
        while_waiting: WhileWaiting,
    ) -> Result<Vec<ClaimGuard<'_, P, S>>, StoreError> {
        let since = Instant::now();
        let JoinContext { store, policy, .. } = &self.context;
        let due = store.claim_due(policy, Token::random(), max);
        let DueClaims { claims, parked } = due.await?;
        let others = Arc::new(WaitingClaims::new(while_waiting));
        let mut claimed = Vec::with_capacity(claims.len());
        for due in claims {
            claimed.push(ClaimGuard::due(&self.context, due, since).beside(&others));
        }
        self.context.count_parked(parked);
        Ok(claimed)
    }

    #[doc(hidden)]
    #[expect(clippy::unused_async, reason = "generated code waits for it")]
    pub async fn sweep(&self) -> Result<Sweeping<'_, P, S>, StoreError> {
        Ok(Sweeping {
            join: self,
            claimed: VecDeque::new(),
            since: Instant::now(),
            batch: 0,
            hasher: RandomState::new(),
            current: 0,
            failed: HashSet::new(),
            swept: SweepReport::default(),
        })
    }
}

impl<'j, P: 'static, S: Store<P>> Sweeping<'j, P, S> {
    /// Returns the next join that is due.
    ///
    /// # Errors
    ///
    /// Returns the [`StoreError`] if the store fails.
    pub async fn next(&mut self) -> Result<Option<ClaimGuard<'j, P, S>>, StoreError> {
        // A claim that has waited for long is released, then claimed again unless another sweep has it.
        if self.since.elapsed() > self.longest() {
            self.claimed.clear();
        }
        if self.claimed.is_empty() {
            self.claim().await?;
        }
        let next = self.claimed.pop_front();
        match &next {
            Some(held) => self.current = self.hasher.hash_one(held.key()),
            None => self.measure().await,
        }
        Ok(next)
    }

    /// Records the number of open joins at the end of the sweep.
    async fn measure(&self) {
        if !joins::measures() {
            return;
        }
        let JoinContext {
            declared, store, ..
        } = &self.join.context;
        // A store that fails here also fails this sweep or the next one.
        if let Ok(open) = store.len().await {
            joins::swept(declared.join, store.is_durable(), open);
        }
    }

    /// Claims joins that have not failed in this sweep.
    async fn claim(&mut self) -> Result<(), StoreError> {
        let max = self.next_batch();
        self.since = Instant::now();
        // The sweep holds the others so that `claim_due` does not return them again, and releases them when this
        // returns.
        let mut others = Vec::new();
        // With a lease of zero, `claim_due` returns one of them again.
        while self.claimed.is_empty() && others.len() <= self.failed.len() {
            let claimed = self
                .join
                .claim(max.max(others.len()), WhileWaiting::Release);
            let claimed = claimed.await?;
            if claimed.is_empty() {
                break;
            }
            for held in claimed {
                if self.failed.contains(&self.hasher.hash_one(held.key())) {
                    others.push(held);
                } else {
                    self.claimed.push_back(held);
                }
            }
        }
        self.batch = self.claimed.len();
        Ok(())
    }

    /// Returns how many joins to claim, by the speed of the last batch.
    fn next_batch(&self) -> usize {
        let lease = self.join.context.policy.lease;
        let quick = QUICK.min(lease / 16).as_micros();
        let took = self.since.elapsed().as_micros().max(1);
        let fit = quick.saturating_mul(self.batch as u128) / took;
        let fit = usize::try_from(fit).unwrap_or(AT_ONCE);
        fit.clamp(1, (MORE * self.batch).clamp(1, AT_ONCE))
    }

    /// Returns how long a claim may wait. The rest of the lease has time for two renewals.
    fn longest(&self) -> Duration {
        self.join.context.policy.lease / 3
    }

    /// Counts the result of a join.
    pub fn count<T>(&mut self, settled: &DueOutcome<T>) {
        let swept = &mut self.swept;
        let count = match settled {
            DueOutcome::Ran(_) => &mut swept.ran,
            DueOutcome::Failed(_) => &mut swept.failed,
            DueOutcome::Unrecorded(_) => &mut swept.unrecorded,
            DueOutcome::Expired => &mut swept.expired,
            DueOutcome::ExpiryFailed => &mut swept.expiry_failed,
            DueOutcome::NotBegun => {
                self.failed.insert(self.current);
                return;
            }
        };
        *count += 1;
        if !matches!(settled, DueOutcome::Ran(_) | DueOutcome::Expired) {
            self.failed.insert(self.current);
        }
    }

    /// Returns the counts.
    #[must_use]
    pub fn done(self) -> SweepReport {
        self.swept
    }
}
