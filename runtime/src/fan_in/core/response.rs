//! A store's response to an arrival.

use std::fmt;
use std::time::Duration;

use super::claim::{Claim, Due};
use super::error::StoreError;
use super::lists::Arrived;

/// Holds a store's response to an arrival.
///
/// ```
/// use linked_span::fan_in::{ArriveResponse, Inputs, Verdict};
///
/// /// Responds to the first input of a join, where no other join is overdue.
/// fn first<P>(input: u8) -> ArriveResponse<P> {
///     let arrived = Inputs::default().with(input);
///     ArriveResponse { verdict: Verdict::Waiting(arrived.into()), overdue: None }
/// }
/// ```
#[derive(Debug)]
pub struct ArriveResponse<P> {
    /// The verdict on the input.
    pub verdict: Verdict<P>,
    /// Another join that has expired. The caller delivers it to `on_expired`.
    pub overdue: Option<Box<Due<P>>>,
}

/// Reports what the store did with an input.
///
/// ```
/// use linked_span::fan_in::state::Reply;
/// use linked_span::fan_in::{Timestamp, Verdict};
///
/// /// Returns the verdict if the caller gets no claim.
/// fn verdict<P>(reply: Reply, now: Timestamp, payload: P) -> Option<Verdict<P>> {
///     Some(match reply {
///         Reply::Waiting(arrived) => Verdict::Waiting(arrived),
///         Reply::Duplicate(arrived) => Verdict::Duplicate(arrived),
///         Reply::Busy(until) => Verdict::Busy { retry_after: until.saturating_duration_since(now) },
///         Reply::Completed => Verdict::Completed(payload),
///         Reply::Expired => Verdict::Expired(payload),
///         Reply::Parked => Verdict::Parked(payload),
///         Reply::Closed => Verdict::Closed { payload, known: false },
///         _ => return None,
///     })
/// }
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub enum Verdict<P> {
    /// The store keeps the input. These inputs have arrived so far.
    Waiting(Arrived),
    /// The input had arrived before, and the store keeps the first. These inputs have arrived so far.
    Duplicate(Arrived),
    /// The list is full, or the body has begun without this optional input. The store returns the input.
    Closed {
        /// The input.
        payload: P,
        /// `true` if the list has this element already. Only a store that is not durable has to look.
        known: bool,
    },
    /// All inputs have arrived, or only optional ones are missing at the timeout. The caller runs the body.
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
        /// The time after which the broker should deliver again.
        retry_after: Duration,
    },
    /// The join had completed. The store returns the input.
    Completed(P),
    /// The join had expired. The store returns the input.
    Expired(P),
    /// The join is parked. The store returns the input: the join has it already, or it arrived too late.
    Parked(P),
}

/// Returns an input that a store has not taken, with the error.
///
/// ```
/// use linked_span::fan_in::{Rejected, StoreError};
///
/// /// Rejects an input because the store cannot reach its server.
/// fn failed<P>(payload: P, why: std::io::Error) -> Rejected<P> {
///     Rejected { payload, error: StoreError::Failed(why.into()), overdue: None }
/// }
/// ```
pub struct Rejected<P> {
    /// The input.
    pub payload: P,
    /// The error.
    pub error: StoreError,
    /// Another join that has expired. The caller delivers it: otherwise a full store would stay full.
    pub overdue: Option<Box<Due<P>>>,
}

// Written by hand, because an input need not be `Debug`.
impl<P> fmt::Debug for Rejected<P> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Rejected")
            .field("error", &self.error)
            .finish_non_exhaustive()
    }
}
