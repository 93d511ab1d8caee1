//! A join that this worker holds, until it is settled or let go of.

use std::fmt;
use std::panic::resume_unwind;
use std::time::Duration;

use super::alongside::Alongside;
use super::came::Came;
use super::caught::Caught;
use super::join::Join;
use super::state::{Settlement, Token};
use super::store::{Claim, Due, Store, StoreError, Work};

/// A claim on a join. Dropped before it is settled, it lets go: a body that was begun counts as failed.
pub struct Held<'j, P: 'static, S: Store<P>> {
    pub(super) join: &'j Join<P, S>,
    pub(super) came: Came<P>,
    pub(super) attempts: u32,
    token: Token,
    work: Work,
    progress: Progress,
}

#[derive(Clone, Copy, PartialEq)]
enum Progress {
    Claimed,
    Begun,
    Settled,
}

/// What a body has come to.
#[derive(Debug)]
pub struct Ended<T> {
    /// What it returned.
    pub returned: T,
    /// Whether that is no `Err`.
    pub succeeded: bool,
}

/// What running a body has come to.
pub(super) enum Ran<T> {
    Recorded(T),
    Unrecorded(T),
    Failed(T),
}

/// What has become of a join that was due.
///
/// ```
/// # use std::time::Duration;
/// # use linked_span::{LinkedEvent, Origin, fan_in};
/// use linked_span::fan_in::Settled;
///
/// # #[derive(Clone, LinkedEvent)] struct Event { #[event(key)] order: u64, metadata: Origin }
/// # #[fan_in(payment, inventory)]
/// # fn ship(payment: Event, inventory: Event) {}
/// # let ship = Ship::in_memory(Duration::from_secs(600));
/// for due in ship.due(10)? {
///     let order = due.key().to_owned();
///     if due.run() == Settled::Expired {
///         println!("order {order} was never complete");
///     }
/// }
/// # Ok::<(), linked_span::fan_in::StoreError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
#[non_exhaustive]
pub enum Settled<T> {
    /// The function has succeeded, and that is recorded.
    Ran(T),
    /// The function has returned an `Err`; it will run again.
    Failed(T),
    /// The function has succeeded, and that is not recorded; it may run again.
    Unrecorded(T),
    /// It was handed over to `on_expired`.
    Expired,
    /// It could not be handed over, and will be again.
    NotHandedOver,
}

impl<'j, P: 'static, S: Store<P>> Held<'j, P, S> {
    pub(super) fn new(join: &'j Join<P, S>, key: String, token: Token, claim: Claim<P>) -> Self {
        let Claim { work, attempts, .. } = claim;
        Self {
            join,
            came: Came::new(join.declared.inputs, key, claim),
            attempts,
            token,
            work,
            progress: Progress::Claimed,
        }
    }

    pub(super) fn due(join: &'j Join<P, S>, due: Due<P>) -> Self {
        Self::new(join, due.key, due.token, due.claim)
    }

    /// The key.
    #[must_use]
    pub fn key(&self) -> &str {
        self.came.key()
    }

    /// Does what is to be done with it.
    pub async fn work<T, B>(self, body: impl FnOnce(Came<P>) -> B) -> Settled<T>
    where
        B: Future<Output = Ended<T>>,
    {
        match self.work {
            Work::Run => match self.run(body).await {
                Ran::Recorded(returned) => Settled::Ran(returned),
                Ran::Unrecorded(returned) => Settled::Unrecorded(returned),
                Ran::Failed(returned) => Settled::Failed(returned),
            },
            Work::HandOver if self.hand_over().await => Settled::Expired,
            Work::HandOver => Settled::NotHandedOver,
        }
    }

    /// Runs the body. Its panic goes on once it is settled as a failure.
    pub(super) async fn run<T, B>(mut self, body: impl FnOnce(Came<P>) -> B) -> Ran<T>
    where
        B: Future<Output = Ended<T>>,
    {
        self.progress = Progress::Begun;
        let future = body(self.came.clone());
        match self.renewed_during(Caught { future }).await {
            Ok(Ended {
                returned,
                succeeded: true,
            }) => match self.settle(Settlement::Completed).await {
                Ok(true) => Ran::Recorded(returned),
                // Whether a store that failed has recorded it is not known.
                Ok(false) | Err(_) => Ran::Unrecorded(returned),
            },
            Ok(Ended { returned, .. }) => {
                self.fail().await;
                Ran::Failed(returned)
            }
            Err(panic) => {
                self.fail().await;
                resume_unwind(panic)
            }
        }
    }

    /// Whether the join was handed over, and that is recorded.
    pub(super) async fn hand_over(mut self) -> bool {
        self.progress = Progress::Begun;
        let taken = self.renewed_during(self.join.expire(&self)).await;
        let settlement = if taken {
            Settlement::HandedOver
        } else {
            Settlement::NotHandedOver
        };
        let recorded = self.settle(settlement).await;
        settlement == Settlement::HandedOver && recorded.unwrap_or(false)
    }

    /// Keeps the claim while the work takes longer than its lease.
    async fn renewed_during<F: Future>(&self, work: F) -> F::Output {
        let Join { store, rules, .. } = self.join;
        // There is time for a second try, should the store be out of reach at the first.
        let third = Duration::from_millis((rules.lease / 3).max(1));
        let renewals = async {
            loop {
                store.pause(third).await;
                if let Ok(false) = store.renew(self.key(), rules, self.token).await {
                    // Another has it now; this body's success will not be recorded.
                    break;
                }
            }
        };
        Alongside::new(work, renewals).await
    }

    /// Without a record of the failure, the claim runs out.
    async fn fail(self) {
        let _ = self.settle(Settlement::Failed).await;
    }

    async fn settle(mut self, settlement: Settlement) -> Result<bool, StoreError> {
        let Join { store, rules, .. } = self.join;
        let recorded = store
            .settle(self.key(), rules, self.token, settlement)
            .await;
        if recorded.is_ok() {
            self.progress = Progress::Settled;
        }
        recorded
    }
}

impl<P: 'static, S: Store<P>> Drop for Held<'_, P, S> {
    fn drop(&mut self) {
        let settlement = match (self.progress, self.work) {
            (Progress::Settled, _) => return,
            (Progress::Claimed, _) => Settlement::NotBegun,
            (Progress::Begun, Work::Run) => Settlement::Failed,
            (Progress::Begun, Work::HandOver) => Settlement::NotHandedOver,
        };
        let Join { store, rules, .. } = self.join;
        store.abandon(self.came.key(), rules, self.token, settlement);
    }
}

impl<P: 'static, S: Store<P>> fmt::Debug for Held<'_, P, S> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Held")
            .field("key", &self.came.key())
            .field("inputs", &self.came)
            .field("work", &self.work)
            .finish_non_exhaustive()
    }
}
