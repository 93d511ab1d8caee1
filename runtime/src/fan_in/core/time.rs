//! Times of a store's clock.

use std::time::{Duration, UNIX_EPOCH};

use crate::support::clock;

/// Names an instant of the store's clock, in milliseconds.
///
/// ```
/// use std::time::Duration;
/// use linked_span::fan_in::Timestamp;
///
/// let arrived = Timestamp::from_millis(1_000);
/// let deadline = arrived.saturating_add(Duration::from_secs(600));
/// assert_eq!(deadline.as_millis(), 601_000);
/// assert_eq!(deadline.saturating_duration_since(arrived), Duration::from_secs(600));
/// ```
///
/// A clock counts from the Unix epoch, as [`now`](Self::now) does, or from any other fixed instant. A store only
/// compares the times of its own clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Timestamp(u64);

impl Timestamp {
    /// The last time, which never comes.
    pub const MAX: Self = Self(u64::MAX);

    /// Makes a time of the milliseconds since the epoch.
    ///
    /// ```
    /// # use linked_span::fan_in::Timestamp;
    /// assert!(Timestamp::from_millis(1) < Timestamp::from_millis(2));
    /// ```
    #[must_use]
    pub const fn from_millis(milliseconds: u64) -> Self {
        Self(milliseconds)
    }

    /// Returns the milliseconds since the epoch.
    ///
    /// ```
    /// # use linked_span::fan_in::Timestamp;
    /// let column = Timestamp::from_millis(1_000).as_millis(); // as a store writes it down
    /// assert_eq!(column, 1_000);
    /// ```
    #[must_use]
    pub const fn as_millis(self) -> u64 {
        self.0
    }

    /// Reads the system's clock; a time before the Unix epoch becomes 0.
    ///
    /// ```
    /// # use linked_span::fan_in::Timestamp;
    /// assert!(Timestamp::now() > Timestamp::from_millis(1_700_000_000_000));
    /// ```
    #[must_use]
    pub fn now() -> Self {
        let since = clock::wall().duration_since(UNIX_EPOCH);
        Self(milliseconds(since.unwrap_or_default()))
    }

    /// Returns the time after this span, or [`MAX`](Self::MAX).
    ///
    /// The span is rounded down to milliseconds.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use linked_span::fan_in::Timestamp;
    /// assert_eq!(Timestamp::from_millis(1).saturating_add(Duration::MAX), Timestamp::MAX);
    /// ```
    #[must_use]
    pub const fn saturating_add(self, span: Duration) -> Self {
        Self(self.0.saturating_add(milliseconds(span)))
    }

    /// Returns the time before this span, or the epoch.
    ///
    /// The span is rounded down to milliseconds.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use linked_span::fan_in::Timestamp;
    /// assert_eq!(Timestamp::from_millis(1).saturating_sub(Duration::MAX), Timestamp::from_millis(0));
    /// ```
    #[must_use]
    pub const fn saturating_sub(self, span: Duration) -> Self {
        Self(self.0.saturating_sub(milliseconds(span)))
    }

    /// Returns the span since an earlier time, or zero if that time is later.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use linked_span::fan_in::Timestamp;
    /// let (earlier, later) = (Timestamp::from_millis(1), Timestamp::from_millis(3));
    /// assert_eq!(later.saturating_duration_since(earlier), Duration::from_millis(2));
    /// assert_eq!(earlier.saturating_duration_since(later), Duration::ZERO);
    /// ```
    #[must_use]
    pub const fn saturating_duration_since(self, earlier: Self) -> Duration {
        Duration::from_millis(self.0.saturating_sub(earlier.0))
    }
}

/// Returns the whole milliseconds of a span, at most `u64::MAX`.
pub(crate) const fn milliseconds(span: Duration) -> u64 {
    // Not `as_millis`, which multiplies in 128 bits.
    let whole = span.as_secs().saturating_mul(1_000);
    whole.saturating_add(span.subsec_millis() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn milliseconds_of_any_span_are_rounded_down_and_bounded() {
        let spans = [
            Duration::ZERO,
            Duration::from_nanos(999_999),
            Duration::from_nanos(1_999_999),
            Duration::from_millis(u64::MAX - 1),
            Duration::from_millis(u64::MAX),
            Duration::from_millis(u64::MAX) + Duration::from_nanos(1),
            Duration::from_secs(u64::MAX / 1_000 + 1),
            Duration::MAX,
        ];
        for span in spans {
            let expected = u64::try_from(span.as_millis()).unwrap_or(u64::MAX);
            assert_eq!(milliseconds(span), expected, "{span:?}");
        }
    }
}
