//! What an arrival has come to.

use std::error::Error;
use std::fmt;
use std::time::Duration;

use super::core::error::StoreError;
use super::core::missing::Missing;

/// What has become of an input, and of the join it belongs to. `T` is what the function returns, `I` the input.
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
/// What a consumer should tell its broker, [`disposition`](super::disposition) says.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "pass it to `fan_in::disposition`, which returns what to tell the broker"]
#[non_exhaustive]
pub enum Arrival<T, I> {
    /// The input is kept, and others are still to come.
    #[non_exhaustive]
    Waiting {
        /// These.
        missing: Missing,
        /// Whether what is kept outlives this process. A fail-over of Redis can lose it, as the page of `Redis` says.
        durable: bool,
    },
    /// The input had come before, and the first is kept.
    #[non_exhaustive]
    Duplicate {
        /// What is still to come.
        missing: Missing,
        /// Whether what is kept outlives this process.
        durable: bool,
    },
    /// All have come, the function has succeeded, and that is recorded: it does not run again.
    Ran(T),
    /// The function has returned an `Err`. Every input is kept, and it will run again.
    Failed(T),
    /// The function has succeeded, and that is not recorded: the store failed, or the function took longer than its lease
    /// and another worker has the join now. It may run again.
    Unrecorded(T),
    /// All have come, and another worker runs the function. Every input is kept.
    #[non_exhaustive]
    Busy {
        /// In what time it is worth another look.
        retry_after: Duration,
    },
    /// The join cannot get on, and waits for an operator, with every input that came. This one, which comes back, came
    /// again or too late.
    #[non_exhaustive]
    Parked {
        /// The input.
        input: I,
        /// Whether what is kept outlives this process.
        durable: bool,
    },
    /// The join is over, and the input, which comes back, is no part of it.
    #[non_exhaustive]
    Closed {
        /// How it ended.
        reason: ClosedReason,
        /// The input.
        input: I,
    },
}

/// How a join has ended.
///
/// ```
/// # use linked_span::fan_in::{Arrival, ClosedReason};
/// # fn refund<I>(input: I) {}
/// # fn report<I>(arrival: Arrival<(), I>) {
/// if let Arrival::Closed { reason: ClosedReason::Expired, input, .. } = arrival {
///     refund(input); // it came too late
/// }
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ClosedReason {
    /// The function has succeeded: most often, the input was delivered again.
    Completed,
    /// Its time was over.
    Expired,
}

/// An input that was not taken, which comes back.
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
/// assert_eq!(error.input.order, "");
/// ```
///
/// It is an [`Error`] whatever the input is, so that `?` takes it.
#[non_exhaustive]
pub struct ArriveError<I> {
    /// Why it was not taken.
    pub kind: ArriveErrorKind,
    /// The input, in a box: a `Result` with this error stays small.
    pub input: Box<I>,
}

/// Why an input was not taken.
///
/// ```
/// # use linked_span::fan_in::{ArriveError, ArriveErrorKind};
/// # fn pause_the_consumer() {}
/// # fn report<I>(error: ArriveError<I>) {
/// match error.kind {
///     ArriveErrorKind::NoKey => eprintln!("whatever produced this forgets the order's id"),
///     ArriveErrorKind::Full => pause_the_consumer(),
///     other => eprintln!("{other}"),
/// }
/// # }
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ArriveErrorKind {
    /// There is an open join for every place in the store; nothing is evicted, and there is room again when one settles.
    #[error("there are as many open joins as the store may hold")]
    Full,
    /// The key is empty.
    #[error("the input has no correlation key")]
    NoKey,
    /// The input cannot be encoded as the store keeps it.
    #[error("the input cannot be encoded")]
    Unencodable(#[source] Box<dyn Error + Send + Sync>),
    /// The store failed. It may have taken the input all the same: another delivery will tell.
    #[error(transparent)]
    Store(StoreError),
}

impl<I> ArriveError<I> {
    pub(super) fn no_key(input: I) -> Self {
        let (kind, input) = (ArriveErrorKind::NoKey, Box::new(input));
        Self { kind, input }
    }

    pub(super) fn rejected(error: StoreError, input: I) -> Self {
        let kind = match error {
            StoreError::Full => ArriveErrorKind::Full,
            StoreError::Unencodable(why) => ArriveErrorKind::Unencodable(why),
            error @ (StoreError::Failed(_) | StoreError::Misconfigured(_)) => {
                ArriveErrorKind::Store(error)
            }
        };
        let input = Box::new(input);
        Self { kind, input }
    }
}

// By hand, since the source is the kind's, whose text is this one's.
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

// By hand, since an input need not be `Debug` to come back.
impl<I> fmt::Debug for ArriveError<I> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("ArriveError")
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}
