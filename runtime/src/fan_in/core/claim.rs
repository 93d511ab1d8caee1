//! A claimed join with its inputs.

use std::sync::Arc;
use std::time::Duration;

use super::state::Token;

/// Holds a join and its inputs until the caller settles it.
///
/// ```
/// use linked_span::fan_in::{Claim, Input, Work};
///
/// /// Returns the claim on a complete join whose inputs the store has read.
/// fn complete<P>(inputs: Vec<Input<P>>, attempts: u32) -> Claim<P> {
///     Claim::new(Work::Run, attempts, inputs.into_iter().map(Some).collect())
/// }
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub struct Claim<P> {
    /// The work that the holder does.
    pub work: Work,
    /// The number of attempts, including the one that is about to start.
    pub attempts: u32,
    /// The inputs by their place in the declaration; `None` for a missing one.
    pub inputs: Vec<Option<Input<P>>>,
}

impl<P> Claim<P> {
    /// Makes a claim of the work, the number of attempts, and the inputs by their place.
    ///
    /// ```
    /// use linked_span::fan_in::{Claim, Work};
    ///
    /// let expired = Claim::<String>::new(Work::DeliverExpired, 0, vec![None, None]);
    /// assert_eq!(expired.attempts, 0);
    /// ```
    #[must_use]
    pub fn new(work: Work, attempts: u32, inputs: Vec<Option<Input<P>>>) -> Self {
        Self {
            work,
            attempts,
            inputs,
        }
    }
}

/// Distinguishes the work of a holder.
///
/// ```
/// use linked_span::fan_in::{Claim, Work};
///
/// fn describe<P>(claim: &Claim<P>) -> String {
///     match claim.work {
///         Work::Run => format!("attempt {}", claim.attempts),
///         Work::DeliverExpired => format!("expired after {} attempts", claim.attempts),
///     }
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Work {
    /// Run the body, then settle as completed or failed.
    Run,
    /// Deliver the expired join, then settle as delivered or not.
    DeliverExpired,
}

/// Holds a stored input.
///
/// ```
/// use std::sync::Arc;
/// use linked_span::fan_in::{Input, Timestamp};
///
/// # let (now, arrived_at) = (Timestamp::from_millis(2_500), Timestamp::from_millis(1_000));
/// let waited = now.saturating_duration_since(arrived_at);
/// let input = Input { payload: Arc::new("paid"), waited };
/// ```
#[derive(Debug)]
pub struct Input<P> {
    /// The event.
    pub payload: Arc<P>,
    /// The time since its arrival.
    pub waited: Duration,
}

/// Holds a join that was due and that the caller now holds.
///
/// ```
/// use linked_span::fan_in::{Change, Due, JoinPolicy, Settlement, Store, StoreError, Work};
///
/// /// Settles the claim as a success.
/// async fn succeed<P>(store: &impl Store<P>, policy: &JoinPolicy, due: Due<P>) -> Result<bool, StoreError> {
///     let settlement = match due.claim.work {
///         Work::Run => Settlement::Completed,
///         Work::DeliverExpired => Settlement::ExpiryDelivered,
///     };
///     let token = due.token;
///     store.apply(&due.key, policy, Change::Settle { token, settlement }).await
/// }
/// ```
#[derive(Debug)]
pub struct Due<P> {
    /// The key of the join.
    pub key: String,
    /// The token that settles the claim.
    pub token: Token,
    /// The claim.
    pub claim: Claim<P>,
}
