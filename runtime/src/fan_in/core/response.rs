//! What a store answers to an arrival.

use std::fmt;

use super::claim::{Claim, Due};
use super::error::StoreError;
use super::inputs::Inputs;
use super::state::Moment;

/// The answer to an arrival.
///
/// ```
/// use linked_span::fan_in::{ArriveResponse, Inputs, Verdict};
///
/// /// Answers the first input of a join, where no other join is overdue.
/// fn first<P>(input: u8) -> ArriveResponse<P> {
///     let arrived = Inputs::default().with(input);
///     ArriveResponse { verdict: Verdict::Waiting(arrived), overdue: None }
/// }
/// ```
#[derive(Debug)]
pub struct ArriveResponse<P> {
    /// What became of the input.
    pub verdict: Verdict<P>,
    /// Another join that has expired. The caller delivers it.
    pub overdue: Option<Box<Due<P>>>,
}

/// What became of an input.
///
/// ```
/// use linked_span::fan_in::state::Reply;
/// use linked_span::fan_in::{Moment, Verdict};
///
/// /// The answer where the caller gets no claim.
/// fn verdict<P>(reply: Reply, now: Moment, payload: P) -> Option<Verdict<P>> {
///     Some(match reply {
///         Reply::Waiting(arrived) => Verdict::Waiting(arrived),
///         Reply::Duplicate(arrived) => Verdict::Duplicate(arrived),
///         Reply::Busy(until) => Verdict::Busy { retry_after: until.saturating_sub(now) },
///         Reply::Completed => Verdict::Completed(payload),
///         Reply::Expired => Verdict::Expired(payload),
///         Reply::Parked => Verdict::Parked(payload),
///         _ => return None,
///     })
/// }
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub enum Verdict<P> {
    /// The store keeps the input. These inputs have arrived so far.
    Waiting(Inputs),
    /// The input had arrived before, and the store keeps the first. These inputs have arrived so far.
    Duplicate(Inputs),
    /// All inputs have arrived, and the caller runs the body.
    Run(Claim<P>),
    /// The join has expired without this input, and the caller delivers it to `on_expired`.
    DeliverExpired {
        /// The inputs that had arrived before.
        claim: Claim<P>,
        /// The input, which is not part of the join.
        payload: P,
    },
    /// Another worker runs the body, and the store keeps every input.
    Busy {
        /// In how many milliseconds another look is worth it.
        retry_after: Moment,
    },
    /// The join had completed. The input comes back.
    Completed(P),
    /// The join had expired. The input comes back.
    Expired(P),
    /// The join is parked. The input comes back: the join has it already, or it arrived too late.
    Parked(P),
}

/// An input that a store has not taken.
///
/// ```
/// use linked_span::fan_in::{Rejected, StoreError};
///
/// /// The answer of a store that cannot reach its server.
/// fn failed<P>(payload: P, why: std::io::Error) -> Rejected<P> {
///     Rejected { payload, error: StoreError::Failed(why.into()), overdue: None }
/// }
/// ```
pub struct Rejected<P> {
    /// The input, which comes back.
    pub payload: P,
    /// Why it was not taken.
    pub error: StoreError,
    /// Another join that has expired. The caller delivers it: otherwise a full store would stay full.
    pub overdue: Option<Box<Due<P>>>,
}

// By hand, since an input need not be `Debug` to be refused.
impl<P> fmt::Debug for Rejected<P> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Rejected")
            .field("error", &self.error)
            .finish_non_exhaustive()
    }
}
