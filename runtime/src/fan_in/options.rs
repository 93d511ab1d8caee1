//! How long things may take.

use std::time::Duration;

use super::core::state::{JoinPolicy, Moment};

const DEDUP_WINDOW: Duration = Duration::from_secs(24 * 60 * 60);
const LEASE: Duration = Duration::from_secs(5 * 60);
const BACKOFF: Duration = Duration::from_secs(1);
const ON_EXPIRED_TIMEOUT: Duration = Duration::from_secs(10);

/// How long the joins of one function may take, and how long they are remembered.
///
/// ```
/// use std::time::Duration;
/// use linked_span::fan_in::JoinOptions;
///
/// let options = JoinOptions::timeout(Duration::from_secs(600)).dedup_window(Duration::from_secs(3_600));
/// ```
///
/// All are counted in milliseconds: what is below one is cut off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub struct JoinOptions {
    timeout: Duration,
    dedup_window: Duration,
    lease: Duration,
    backoff: Duration,
    max_attempts: u32,
    on_expired_timeout: Duration,
}

impl JoinOptions {
    /// How long the first input waits for the others, and then the complete join for a body that succeeds; after that it
    /// expires. It has no default: only you know how long an order may take.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use linked_span::fan_in::JoinOptions;
    /// let options = JoinOptions::timeout(Duration::from_secs(15 * 60));
    /// ```
    pub const fn timeout(timeout: Duration) -> Self {
        Self {
            timeout,
            dedup_window: DEDUP_WINDOW,
            lease: LEASE,
            backoff: BACKOFF,
            max_attempts: u32::MAX,
            on_expired_timeout: ON_EXPIRED_TIMEOUT,
        }
    }

    /// How long a completed or expired join is remembered, 24 hours by default: an input that is delivered again in that
    /// time is told so, one that is delivered later opens a join anew.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use linked_span::fan_in::JoinOptions;
    /// # let options = JoinOptions::timeout(Duration::from_secs(15 * 60));
    /// // As long as the broker may deliver a message again.
    /// let options = options.dedup_window(Duration::from_secs(7 * 24 * 60 * 60));
    /// ```
    pub const fn dedup_window(mut self, window: Duration) -> Self {
        self.dedup_window = window;
        self
    }

    /// How long a body may run in a process that may have died, 5 minutes by default; after that another process runs it
    /// too. A store in memory has no need of it.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use linked_span::fan_in::JoinOptions;
    /// # let options = JoinOptions::timeout(Duration::from_secs(15 * 60));
    /// // Longer than any body takes.
    /// let options = options.lease(Duration::from_secs(60));
    /// ```
    pub const fn lease(mut self, lease: Duration) -> Self {
        self.lease = lease;
        self
    }

    /// How long a join whose body has failed rests before a sweep runs it again, a second by default. An arrival does not
    /// wait for it, since brokers have a backoff of their own.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use linked_span::fan_in::JoinOptions;
    /// # let options = JoinOptions::timeout(Duration::from_secs(15 * 60));
    /// let options = options.backoff(Duration::from_secs(30));
    /// ```
    pub const fn backoff(mut self, backoff: Duration) -> Self {
        self.backoff = backoff;
        self
    }

    /// How often the function may be started for one join, without a limit by default. A join that has failed so often is
    /// parked with its inputs: it neither runs nor expires until an operator has it
    /// [tried again](super::Join::retry) or [forgets it](super::Join::forget).
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use linked_span::fan_in::JoinOptions;
    /// # let options = JoinOptions::timeout(Duration::from_secs(15 * 60));
    /// let options = options.max_attempts(5);
    /// ```
    pub const fn max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = attempts;
        self
    }

    /// Bounds how long an arrival waits for `on_expired`, which it calls for a join that has expired; 10 s unless set.
    ///
    /// After that `on_expired` is cancelled, and called again after the backoff. A sweep waits as long as it takes. An
    /// arrival that runs the function calls no `on_expired`: it leaves the other join to the next arrival or sweep. In
    /// memory there is no clock to wait by, and the arrival waits until `on_expired` returns.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use linked_span::fan_in::JoinOptions;
    /// # let options = JoinOptions::timeout(Duration::from_secs(15 * 60));
    /// // Less than a consumer may spend on one message.
    /// let options = options.on_expired_timeout(Duration::from_secs(2));
    /// ```
    pub const fn on_expired_timeout(mut self, timeout: Duration) -> Self {
        self.on_expired_timeout = timeout;
        self
    }

    pub(super) fn patience(&self) -> Duration {
        self.on_expired_timeout
    }

    pub(crate) fn rules(&self, inputs: u8) -> JoinPolicy {
        JoinPolicy {
            inputs,
            timeout: milliseconds(self.timeout),
            lease: milliseconds(self.lease),
            backoff: milliseconds(self.backoff),
            dedup_window: milliseconds(self.dedup_window),
            max_attempts: self.max_attempts,
        }
    }
}

fn milliseconds(span: Duration) -> Moment {
    Moment::try_from(span.as_millis()).unwrap_or(Moment::MAX)
}
