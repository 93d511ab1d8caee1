//! A claim on a join, until this worker settles or releases it.

use std::fmt;
use std::panic::resume_unwind;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::catch_unwind::CatchUnwind;
use super::context::JoinContext;
use super::core::change::Change;
use super::core::claim::{Claim, Due, Work};
use super::core::error::StoreError;
use super::core::state::{Settlement, Token};
use super::core::store::Store;
use super::lease::{Beginning, Lease};
use super::received::ReceivedInputs;
use super::run_while::RunWhile;
use super::sleep::sleep_at_most;
use super::waiting_claims::WaitingClaims;
use super::within::within;
use crate::metrics::joins;

/// Guards a claim on a join.
///
/// If it is dropped before it is settled, it releases the claim. A body that has started then counts as failed.
pub struct ClaimGuard<'j, P: 'static, S: Store<P>> {
    pub(super) join: &'j JoinContext<P, S>,
    pub(super) came: ReceivedInputs<P>,
    pub(super) attempts: u32,
    token: Token,
    work: Work,
    progress: Progress,
    /// The result of the function, once it has started.
    run: Option<&'static str>,
    /// The latest time at which the store made or renewed the claim.
    since: Instant,
    /// The claims of the same call that have not begun, including this one.
    beside: Option<Arc<WaitingClaims>>,
}

#[derive(Clone, Copy, PartialEq)]
enum Progress {
    Claimed,
    Begun,
    /// The work is done, but the store may not have recorded it yet.
    Done(Settlement),
    /// The store needs no further call.
    Settled,
}

/// Holds the result of a body.
#[derive(Debug)]
pub struct Ended<T> {
    /// The returned value.
    pub returned: T,
    /// `true` unless the body returned an `Err`.
    pub succeeded: bool,
}

/// Reports the result of running a body.
pub(super) enum Ran<T> {
    Recorded(T),
    Unrecorded(T),
    Failed(T),
    NotBegun,
}

/// Reports the result of delivering an expired join.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Delivery {
    Taken,
    NotTaken,
    NotBegun,
}

/// Reports the result of a join that was due.
///
/// ```
/// # use std::time::Duration;
/// # use linked_span::{LinkedEvent, Origin, fan_in};
/// use linked_span::fan_in::DueOutcome;
///
/// # #[derive(Clone, LinkedEvent)] struct Event { #[event(key)] order: u64, metadata: Origin }
/// # #[fan_in(payment, inventory)]
/// # fn ship(payment: Event, inventory: Event) {}
/// # let ship = Ship::in_memory(Duration::from_secs(600));
/// for due in ship.due(10)? {
///     let order = due.key().to_owned();
///     if due.run() == DueOutcome::Expired {
///         println!("order {order} was never complete");
///     }
/// }
/// # Ok::<(), linked_span::fan_in::StoreError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
#[non_exhaustive]
pub enum DueOutcome<T> {
    /// The function has succeeded, and the store has recorded it.
    Ran(T),
    /// The function has returned an `Err`. It will run again.
    Failed(T),
    /// The function has succeeded, but the store has not recorded it. It may run again.
    Unrecorded(T),
    /// The worker delivered the join to `on_expired`.
    Expired,
    /// The worker could not deliver the join. A worker will deliver it again.
    ExpiryFailed,
    /// The function did not start: another worker has the claim, or the store could not confirm it.
    NotBegun,
}

impl<'j, P: 'static, S: Store<P>> ClaimGuard<'j, P, S> {
    pub(super) fn new(
        join: &'j JoinContext<P, S>,
        key: String,
        token: Token,
        claim: Claim<P>,
        since: Instant,
    ) -> Self {
        let Claim { work, attempts, .. } = claim;
        Self {
            join,
            came: ReceivedInputs::new(&join.declared.identity, key, claim),
            attempts,
            token,
            work,
            progress: Progress::Claimed,
            run: None,
            since,
            beside: None,
        }
    }

    pub(super) fn due(join: &'j JoinContext<P, S>, due: Due<P>, since: Instant) -> Self {
        Self::new(join, due.key, due.token, due.claim, since)
    }

    /// Adds the claim to the other claims of its call.
    pub(super) fn beside(mut self, others: &Arc<WaitingClaims>) -> Self {
        others.add(self.came.key(), self.token, self.since);
        self.beside = Some(Arc::clone(others));
        self
    }

    /// Returns the key.
    #[must_use]
    pub fn key(&self) -> &str {
        self.came.key()
    }

    /// Runs the body or delivers the expired join.
    pub async fn work<T, B>(self, body: impl FnOnce(ReceivedInputs<P>) -> B) -> DueOutcome<T>
    where
        B: Future<Output = Ended<T>>,
    {
        match self.work {
            Work::Run => match self.run(body).await {
                Ran::Recorded(returned) => DueOutcome::Ran(returned),
                Ran::Unrecorded(returned) => DueOutcome::Unrecorded(returned),
                Ran::Failed(returned) => DueOutcome::Failed(returned),
                Ran::NotBegun => DueOutcome::NotBegun,
            },
            Work::DeliverExpired => match self.deliver_expired(None).await {
                Delivery::Taken => DueOutcome::Expired,
                Delivery::NotTaken => DueOutcome::ExpiryFailed,
                Delivery::NotBegun => DueOutcome::NotBegun,
            },
        }
    }

    /// Runs the body.
    ///
    /// If the body panics, settles the claim as failed and then resumes the panic.
    pub(super) async fn run<T, B>(mut self, body: impl FnOnce(ReceivedInputs<P>) -> B) -> Ran<T>
    where
        B: Future<Output = Ended<T>>,
    {
        if !self.begins().await {
            return Ran::NotBegun;
        }
        // This is the result if the caller drops this future.
        self.run = Some("cancelled");
        if self.attempts == 1 {
            joins::waited(self.join.declared.join, || self.came.waits());
        }
        let future = body(self.came.clone());
        let ended = self.renewed_during(CatchUnwind { future }).await;
        let (settlement, run) = match &ended {
            Ok(ended) if ended.succeeded => (Settlement::Completed, "unrecorded"),
            Ok(_) => (Settlement::Failed, "failed"),
            Err(_) => (Settlement::Failed, "panicked"),
        };
        self.run = Some(run);
        // If the store does not record a failure, the lease ends by itself.
        let recorded = self.settle(settlement).await;
        match ended {
            Ok(Ended { returned, .. }) if settlement == Settlement::Failed => Ran::Failed(returned),
            Ok(Ended { returned, .. }) => match recorded {
                Ok(true) => Ran::Recorded(returned),
                // A store that failed may or may not have recorded the success.
                Ok(false) | Err(_) => Ran::Unrecorded(returned),
            },
            Err(panic) => resume_unwind(panic),
        }
    }

    /// Delivers the expired join within this limit.
    pub(super) async fn deliver_expired(mut self, limit: Option<Duration>) -> Delivery {
        if !self.begins().await {
            return Delivery::NotBegun;
        }
        let delivered = self.renewed_during(self.join.deliver(&self.came, self.attempts));
        let taken = within(delivered, sleep_at_most(limit)).await;
        let settlement = if taken == Some(true) {
            Settlement::ExpiryDelivered
        } else {
            Settlement::ExpiryFailed
        };
        match self.settle(settlement).await {
            Ok(true) if taken == Some(true) => Delivery::Taken,
            _ => Delivery::NotTaken,
        }
    }

    /// Returns `true` if this worker still holds the claim, so that the work may begin.
    ///
    /// From then on the claim is an attempt.
    async fn begins(&mut self) -> bool {
        if let Some(beside) = &self.beside {
            let Some(since) = beside.leave(self.came.key()) else {
                self.progress = Progress::Settled;
                return false;
            };
            self.since = since;
        }
        let is_complete = |came| self.join.policy.is_complete(came);
        let has_all_inputs = self.work != Work::Run || is_complete(self.came.arrived().came);
        match self.lease().begin(has_all_inputs).await {
            Beginning::Held { since } => {
                self.since = since;
                self.progress = Progress::Begun;
                return true;
            }
            Beginning::Lost => self.progress = Progress::Settled,
            Beginning::Unknown => {}
            Beginning::Undecodable { is_recorded } => {
                self.progress = Progress::Settled;
                self.settled(Settlement::Undecodable, is_recorded);
            }
        }
        false
    }

    fn lease(&self) -> Lease<'_> {
        Lease {
            store: self.join,
            key: self.came.key(),
            token: self.token,
            since: self.since,
        }
    }

    /// Renews the claim during the work, and looks after the claims that wait.
    async fn renewed_during<F: Future>(&self, work: F) -> F::Output {
        if !self.join.store.is_durable() {
            // This store's claims do not end.
            return work.await;
        }
        // The box keeps the futures of all stores small. A durable store's calls take far longer.
        let renewals = Box::pin(self.lease().keep(self.beside.as_deref()));
        RunWhile::new(work, renewals).await
    }

    async fn settle(mut self, settlement: Settlement) -> Result<bool, StoreError> {
        let JoinContext { store, policy, .. } = self.join;
        self.progress = Progress::Done(settlement);
        let token = self.token;
        let change = Change::Settle { token, settlement };
        let recorded = store.apply(self.key(), policy, change).await;
        if let Ok(is_recorded) = recorded {
            self.progress = Progress::Settled;
            self.settled(settlement, is_recorded);
        }
        recorded
    }

    /// Counts the result of this worker's settlement, if the store recorded it.
    ///
    /// Each join is counted once, because the store rejects the settlements of other workers.
    fn settled(&mut self, settlement: Settlement, is_recorded: bool) {
        let JoinContext {
            declared, policy, ..
        } = self.join;
        match settlement {
            _ if !is_recorded => {}
            Settlement::Completed => self.run = Some("completed"),
            Settlement::Failed if self.attempts >= policy.max_attempts => {
                joins::parked(declared.join, "attempts", 1);
            }
            Settlement::Undecodable => joins::parked(declared.join, "undecodable", 1),
            Settlement::ExpiryDelivered => joins::expired(declared.join),
            Settlement::Failed | Settlement::ExpiryFailed | Settlement::Released => {}
        }
    }
}

impl<P: 'static, S: Store<P>> Drop for ClaimGuard<'_, P, S> {
    fn drop(&mut self) {
        if let Some(outcome) = self.run {
            joins::ran(self.join.declared.join, outcome);
        }
        let is_released = |beside: &Arc<WaitingClaims>| beside.leave(self.came.key()).is_none();
        let settlement = match (self.progress, self.work) {
            (Progress::Settled, _) => return,
            (Progress::Done(settlement), _) => settlement,
            (Progress::Claimed, _) if self.beside.as_ref().is_some_and(is_released) => return,
            (Progress::Claimed, _) => Settlement::Released,
            (Progress::Begun, Work::Run) => Settlement::Failed,
            (Progress::Begun, Work::DeliverExpired) => Settlement::ExpiryFailed,
        };
        let JoinContext { store, policy, .. } = self.join;
        store.release(self.came.key(), policy, self.token, settlement);
        // Only a store in this process reports at once whether it recorded the settlement. If a durable store did not,
        // another process settles the join and counts it.
        if !store.is_durable() {
            self.settled(settlement, true);
        }
    }
}

impl<P: 'static, S: Store<P>> fmt::Debug for ClaimGuard<'_, P, S> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("ClaimGuard")
            .field("key", &self.came.key())
            .field("inputs", &self.came)
            .field("work", &self.work)
            .finish_non_exhaustive()
    }
}
