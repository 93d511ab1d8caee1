//! The settings of a function's joins.

use std::time::Duration;

use super::inputs::Inputs;

/// Holds the settings that all joins of one function share.
///
/// Durations are rounded down to milliseconds.
///
/// ```
/// use std::time::Duration;
/// use linked_span::fan_in::JoinPolicy;
///
/// let policy = JoinPolicy::new(2).timeout(Duration::from_secs(900)).max_attempts(5);
/// assert_eq!(policy.lease, Duration::from_secs(300));
/// ```
///
/// The runtime builds it from the function's [`JoinOptions`](crate::fan_in::JoinOptions) and passes it to the store at
/// every call. Only the tests of a store build one themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct JoinPolicy {
    /// The number of inputs, from one to twelve.
    pub inputs: u8,
    /// The inputs that are lists. The others are single.
    pub lists: Inputs,
    /// The single inputs that are optional. At least one input is not.
    pub optional: Inputs,
    /// The number of elements that a list takes, and the largest count.
    pub max_elements: u16,
    /// The number of bytes that the encoded elements of one join may have together.
    ///
    /// A store in memory does not encode elements, and ignores it.
    pub max_bytes: u64,
    /// The time until an incomplete join expires, and the time a complete join may take.
    pub timeout: Duration,
    /// The time a worker holds a join before another worker may claim it.
    pub lease: Duration,
    /// The time between a failed attempt and the next attempt by a sweep.
    pub backoff: Duration,
    /// The time a store remembers a completed or expired join.
    pub dedup_window: Duration,
    /// The number of attempts after which a join is parked; `u32::MAX` means no limit.
    pub max_attempts: u32,
}

impl JoinPolicy {
    /// Makes the default policy of a function with this number of inputs.
    ///
    /// The timeout is 10 minutes, the lease 5 minutes, the backoff 1 second and the dedup window 1 day. Attempts have
    /// no limit. No input is a list, and none is optional. A list takes 10,000 elements, and the lists of a join 16 MiB.
    ///
    /// ```
    /// # use linked_span::fan_in::JoinPolicy;
    /// assert_eq!(JoinPolicy::new(3).inputs, 3);
    /// ```
    #[must_use]
    pub const fn new(inputs: u8) -> Self {
        Self {
            inputs,
            lists: Inputs::none(),
            optional: Inputs::none(),
            max_elements: 10_000,
            max_bytes: 16 << 20,
            timeout: Duration::from_secs(10 * 60),
            lease: Duration::from_secs(5 * 60),
            backoff: Duration::from_secs(1),
            dedup_window: Duration::from_secs(24 * 60 * 60),
            max_attempts: u32::MAX,
        }
    }

    /// Sets the number of inputs.
    #[must_use]
    pub const fn inputs(self, inputs: u8) -> Self {
        Self { inputs, ..self }
    }

    /// Sets the inputs that are lists.
    #[must_use]
    pub const fn lists(self, lists: Inputs) -> Self {
        Self { lists, ..self }
    }

    /// Sets the inputs that are optional.
    #[must_use]
    pub const fn optional(self, optional: Inputs) -> Self {
        Self { optional, ..self }
    }

    /// Sets the number of elements that a list takes.
    #[must_use]
    pub const fn max_elements(self, max_elements: u16) -> Self {
        Self {
            max_elements,
            ..self
        }
    }

    /// Sets the number of bytes that the encoded elements of one join may have.
    #[must_use]
    pub const fn max_bytes(self, max_bytes: u64) -> Self {
        Self { max_bytes, ..self }
    }

    /// Returns `true` if all inputs are single and required, and the first of them does not complete the join.
    #[cfg(any(feature = "postgres", feature = "redis"))]
    pub(in crate::fan_in) const fn has_only_single_inputs(&self) -> bool {
        self.inputs > 1 && self.lists.is_empty() && self.optional.is_empty()
    }

    /// Returns `true` if a body can run with these inputs: only optional ones are missing.
    ///
    /// ```
    /// use linked_span::fan_in::{Inputs, JoinPolicy};
    ///
    /// let policy = JoinPolicy::new(2).optional(Inputs::default().with(1));
    /// assert!(policy.is_complete(Inputs::default().with(0)));
    /// ```
    #[must_use]
    pub const fn is_complete(&self, came: Inputs) -> bool {
        let missing = came.missing(self.inputs);
        self.optional.contains_all(missing)
    }

    /// Sets the timeout.
    #[must_use]
    pub const fn timeout(self, timeout: Duration) -> Self {
        Self { timeout, ..self }
    }

    /// Sets the lease.
    #[must_use]
    pub const fn lease(self, lease: Duration) -> Self {
        Self { lease, ..self }
    }

    /// Sets the backoff.
    #[must_use]
    pub const fn backoff(self, backoff: Duration) -> Self {
        Self { backoff, ..self }
    }

    /// Sets the dedup window.
    #[must_use]
    pub const fn dedup_window(self, dedup_window: Duration) -> Self {
        Self {
            dedup_window,
            ..self
        }
    }

    /// Sets the maximum number of attempts.
    #[must_use]
    pub const fn max_attempts(self, max_attempts: u32) -> Self {
        Self {
            max_attempts,
            ..self
        }
    }
}
