//! A store's responses to an arrival and to a sweep.

use std::fmt;
use std::time::Duration;

use super::claim::{Claim, Due};
use super::error::StoreError;
use super::lists::Arrived;
use super::park_counts::ParkCounts;

/// Holds a store's response to an arrival.
///
/// ```
/// use linked_span::fan_in::{ArriveResponse, Inputs, Verdict};
///
/// /// Responds to the first input of a join, where no other join is overdue.
/// fn first<P>(input: u8) -> ArriveResponse<P> {
///     let arrived = Inputs::default().with(input);
///     ArriveResponse::new(Verdict::Waiting(arrived.into()))
/// }
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub struct ArriveResponse<P> {
    /// The verdict on the input.
    pub verdict: Verdict<P>,
    /// Another join that has expired. The caller delivers it to `on_expired`.
    pub overdue: Option<Box<Due<P>>>,
    /// The joins that the store has parked during this call, or during an earlier one that failed.
    pub parked: ParkCounts,
}

impl<P> ArriveResponse<P> {
    /// Makes the response of a call that has claimed no other join, and has parked none.
    ///
    /// ```
    /// use linked_span::fan_in::{ArriveResponse, ParkCounts, Verdict};
    ///
    /// let response = ArriveResponse::new(Verdict::Completed("paid"));
    /// assert_eq!(response.parked, ParkCounts::default());
    /// ```
    #[must_use]
    pub fn new(verdict: Verdict<P>) -> Self {
        Self {
            verdict,
            overdue: None,
            parked: ParkCounts::default(),
        }
    }

    /// Sets the other join that the call has claimed.
    ///
    /// ```
    /// use linked_span::fan_in::{ArriveResponse, Claim, Due, Token, Verdict, Work};
    ///
    /// # let (token, verdict) = (Token::random(), Verdict::<String>::Completed("paid".to_owned()));
    /// let claim = Claim::new(Work::DeliverExpired, 0, Vec::new());
    /// let overdue = Due { key: "order-1".to_owned(), token, claim };
    /// let response = ArriveResponse::new(verdict).with_overdue(Some(overdue));
    /// assert!(response.overdue.is_some_and(|overdue| overdue.key == "order-1"));
    /// ```
    #[must_use]
    pub fn with_overdue(self, overdue: Option<Due<P>>) -> Self {
        Self {
            overdue: overdue.map(Box::new),
            ..self
        }
    }

    /// Sets the joins that the store has parked.
    ///
    /// ```
    /// use linked_span::fan_in::{ArriveResponse, ParkCounts, Verdict};
    ///
    /// let mut parked = ParkCounts::default();
    /// parked.attempts += 1;
    /// let response = ArriveResponse::new(Verdict::Parked("paid")).with_parked(parked);
    /// assert_eq!(response.parked.attempts, 1);
    /// ```
    #[must_use]
    pub fn with_parked(self, parked: ParkCounts) -> Self {
        Self { parked, ..self }
    }
}

/// Holds a store's response to a sweep.
///
/// ```
/// use linked_span::fan_in::{Due, DueClaims};
///
/// /// Responds with the joins that the sweep now holds, if the store has parked none.
/// fn swept<P>(claims: Vec<Due<P>>) -> DueClaims<P> {
///     DueClaims::new(claims)
/// }
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub struct DueClaims<P> {
    /// The joins that the caller now holds.
    pub claims: Vec<Due<P>>,
    /// The joins that the store has parked during this call, or during an earlier one that failed.
    pub parked: ParkCounts,
}

impl<P> DueClaims<P> {
    /// Makes the response of a call that has parked no join.
    ///
    /// ```
    /// use linked_span::fan_in::{DueClaims, ParkCounts};
    ///
    /// assert_eq!(DueClaims::<String>::new(Vec::new()).parked, ParkCounts::default());
    /// ```
    #[must_use]
    pub fn new(claims: Vec<Due<P>>) -> Self {
        let parked = ParkCounts::default();
        Self { claims, parked }
    }

    /// Sets the joins that the store has parked.
    ///
    /// ```
    /// use linked_span::fan_in::{DueClaims, ParkCounts};
    ///
    /// let mut parked = ParkCounts::default();
    /// parked.attempts += 3;
    /// let swept = DueClaims::<String>::new(Vec::new()).with_parked(parked);
    /// assert_eq!(swept.parked.attempts, 3);
    /// ```
    #[must_use]
    pub fn with_parked(self, parked: ParkCounts) -> Self {
        Self { parked, ..self }
    }
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
