//! The result of an arrival.

use std::error::Error;
use std::fmt;
use std::time::Duration;

use super::core::error::StoreError;
use super::core::lists::ListLimit;
use super::core::missing::Missing;

/// Reports what happened to an input and to its join.
///
/// `T` is the return type of the function, and `I` the type of the input.
///
/// ```
/// # use std::time::Duration;
/// # use linked_span::fan_in::Arrival;
/// # use linked_span::{LinkedEvent, Origin, fan_in};
/// # #[derive(Clone, LinkedEvent)] struct Event { #[event(key)] order: u64, metadata: Origin }
/// #[fan_in(payment, inventory)]
/// fn ship(payment: Event, inventory: Event) -> u64 {
///     payment.order
/// }
///
/// # let event = Event { order: 7, metadata: Origin::default() };
/// let ship = Ship::in_memory(Duration::from_secs(600));
/// assert!(matches!(ship.payment(event.clone()), Ok(Arrival::Waiting { .. })));
/// assert!(matches!(ship.payment(event.clone()), Ok(Arrival::Duplicate { .. })));
/// assert!(matches!(ship.inventory(event.clone()), Ok(Arrival::Ran(7))));
/// assert!(matches!(ship.inventory(event), Ok(Arrival::Closed { .. })));
/// ```
///
/// [`disposition`](super::disposition) converts it to what a consumer does with the broker's message.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "pass it to `fan_in::disposition`, which returns what to tell the broker"]
#[non_exhaustive]
pub enum Arrival<T, I> {
    /// The store keeps the input, and other inputs are missing.
    #[non_exhaustive]
    Waiting {
        /// The missing inputs.
        missing: Missing,
        /// `true` if the stored input outlives this process. A fail-over of Redis can lose it: see the page of `Redis`.
        durable: bool,
    },
    /// The input had arrived before. The store keeps the first one.
    #[non_exhaustive]
    Duplicate {
        /// The missing inputs.
        missing: Missing,
        /// `true` if the stored input outlives this process.
        durable: bool,
    },
    /// All inputs have arrived. The function has succeeded, and the store has recorded it: it does not run again.
    Ran(T),
    /// The function has returned an `Err`. The store keeps every input, and the function will run again.
    Failed(T),
    /// The function has succeeded, but the store has not recorded it. It may run again.
    ///
    /// The store failed, or the function took longer than its lease and another worker holds the join.
    Unrecorded(T),
    /// All inputs have arrived, and another worker runs the function. The store keeps every input.
    #[non_exhaustive]
    Busy {
        /// The time after which the broker should deliver again.
        retry_after: Duration,
    },
    /// The join cannot progress, and waits for an operator with every stored input.
    ///
    /// This input comes back, because it is a duplicate or arrived too late.
    #[non_exhaustive]
    Parked {
        /// The input.
        input: I,
        /// `true` if the stored inputs outlive this process.
        durable: bool,
    },
    /// The join takes no more of this input: it has ended, its list is full, or its function has begun without it.
    ///
    /// The input comes back.
    #[non_exhaustive]
    Closed {
        /// The reason why the join takes no more of it.
        reason: ClosedReason,
        /// The input.
        input: I,
        /// `false` if it is an element of a full list that only this process keeps. The join still needs its message.
        durable: bool,
    },
}

/// Names the reason why a join takes no more of an input.
///
/// ```
/// # use linked_span::fan_in::{Arrival, ClosedReason};
/// # fn refund<I>(input: I) {}
/// # fn report<I>(arrival: Arrival<(), I>) {
/// if let Arrival::Closed { reason: ClosedReason::Expired, input, .. } = arrival {
///     refund(input); // it arrived too late
/// }
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ClosedReason {
    /// The function has succeeded. In most cases, the broker delivered the input again.
    Completed,
    /// The timeout passed.
    Expired,
    /// The list of this element is full, or the function has begun without this optional input.
    Full,
}

/// Returns an input that was not taken, with the reason.
///
/// ```
/// # use std::time::Duration;
/// # use linked_span::{LinkedEvent, Origin, fan_in};
/// # #[derive(Clone, LinkedEvent)] struct Event { #[event(key)] order: String, metadata: Origin }
/// #[fan_in(payment, inventory)]
/// fn ship(payment: Event, inventory: Event) {}
///
/// let ship = Ship::in_memory(Duration::from_secs(600));
/// let event = Event { order: String::new(), metadata: Origin::default() };
/// let error = ship.payment(event).err().unwrap();
/// assert_eq!(error.to_string(), "the input has no correlation key");
/// let event = error.input.into_payment().unwrap(); // it comes back
/// assert_eq!(event.order, "");
/// ```
///
/// It is an [`Error`] for every type of input, so `?` works.
#[non_exhaustive]
pub struct ArriveError<I> {
    /// The reason.
    pub kind: ArriveErrorKind,
    /// The input, in a box to keep a `Result` with this error small.
    pub input: Box<I>,
}

/// Names the reason why an input was not taken.
///
/// ```
/// # use linked_span::fan_in::{ArriveError, ArriveErrorKind};
/// # fn pause_the_consumer() {}
/// # fn report<I>(error: ArriveError<I>) {
/// match error.kind {
///     ArriveErrorKind::NoKey => eprintln!("the producer leaves out the order's id"),
///     ArriveErrorKind::Full => pause_the_consumer(),
///     other => eprintln!("{other}"),
/// }
/// # }
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ArriveErrorKind {
    /// The store holds its maximum number of open joins. It evicts none; a join that settles makes room.
    #[error("there are as many open joins as the store may hold")]
    Full,
    /// The key is empty.
    #[error("the input has no correlation key")]
    NoKey,
    /// The identity of the element is empty.
    #[error("the element has no identity")]
    NoId,
    /// The store cannot encode the input.
    #[error("the input cannot be encoded")]
    Unencodable(#[source] Box<dyn Error + Send + Sync>),
    /// The input exceeds a limit of its list. Another delivery of it also fails.
    #[error(transparent)]
    OverLimit(ListLimit),
    /// The store failed. It may have taken the input; another delivery shows whether it did.
    #[error(transparent)]
    Store(StoreError),
}

impl<I> ArriveError<I> {
    pub(super) fn new(kind: ArriveErrorKind, input: I) -> Self {
        let input = Box::new(input);
        Self { kind, input }
    }

    pub(super) fn rejected(error: StoreError, input: I) -> Self {
        let kind = match error {
            StoreError::Full => ArriveErrorKind::Full,
            StoreError::Unencodable(why) => ArriveErrorKind::Unencodable(why),
            StoreError::OverLimit(limit) => ArriveErrorKind::OverLimit(limit),
            error @ (StoreError::Failed(_) | StoreError::Misconfigured(_)) => {
                ArriveErrorKind::Store(error)
            }
        };
        Self::new(kind, input)
    }
}

// Written by hand: `Display` already writes the kind's text, so the source must be the kind's source.
impl<I> Error for ArriveError<I> {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.kind.source()
    }
}

impl<I> fmt::Display for ArriveError<I> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.kind.fmt(formatter)
    }
}

// Written by hand, because an input need not be `Debug`.
impl<I> fmt::Debug for ArriveError<I> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("ArriveError")
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}
