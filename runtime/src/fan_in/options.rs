//! The options of a function's joins.

use std::time::Duration;

use super::core::state::JoinPolicy;
use super::core::time::milliseconds;

const DEDUP_WINDOW: Duration = Duration::from_secs(24 * 60 * 60);
const LEASE: Duration = Duration::from_secs(5 * 60);
const BACKOFF: Duration = Duration::from_secs(1);
const ON_EXPIRED_TIMEOUT: Duration = Duration::from_secs(10);

/// Sets the timeout, the retries and the dedup window of a function's joins.
///
/// ```
/// use std::time::Duration;
/// use linked_span::fan_in::JoinOptions;
///
/// let options = JoinOptions::timeout(Duration::from_secs(600)).dedup_window(Duration::from_secs(3_600));
/// ```
///
/// Durations are rounded down to milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub struct JoinOptions {
    timeout: Duration,
    dedup_window: Duration,
    lease: Duration,
    backoff: Duration,
    max_attempts: u32,
    pub(super) on_expired_timeout: Duration,
}

impl JoinOptions {
    /// Sets the timeout of a join, and the defaults of all other options.
    ///
    /// The first input waits for the others for this long. A complete join then gets the same time again until its body must
    /// have succeeded. After that, the join expires. There is no default, because only you know how long an order may take.
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

    /// Sets how long a completed or expired join is remembered; the default is 24 hours.
    ///
    /// An input that is redelivered within this window returns [`Arrival::Closed`](super::Arrival::Closed). An input that is
    /// redelivered later opens a new join.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use linked_span::fan_in::JoinOptions;
    /// # let options = JoinOptions::timeout(Duration::from_secs(15 * 60));
    /// // As long as the broker may redeliver a message.
    /// let options = options.dedup_window(Duration::from_secs(7 * 24 * 60 * 60));
    /// ```
    pub const fn dedup_window(mut self, window: Duration) -> Self {
        self.dedup_window = window;
        self
    }

    /// Sets how long a claim lasts without renewal; the default is 5 minutes.
    ///
    /// A worker renews its claim while the body runs. If the worker dies, another one runs the body after the lease. A store in
    /// memory needs no lease.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use linked_span::fan_in::JoinOptions;
    /// # let options = JoinOptions::timeout(Duration::from_secs(15 * 60));
    /// // A dead worker's joins are retried after a minute.
    /// let options = options.lease(Duration::from_secs(60));
    /// ```
    pub const fn lease(mut self, lease: Duration) -> Self {
        self.lease = lease;
        self
    }

    /// Sets how long a sweep waits before it retries a failed join; the default is one second.
    ///
    /// An arrival does not wait for it: delay the redelivery at the broker.
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

    /// Sets how often the function may start for one join; the default is unlimited.
    ///
    /// After that many failures, the join is parked with its inputs. A parked join neither runs nor expires, until an operator
    /// [retries](super::Join::retry) or [forgets](super::Join::forget) it.
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

    /// Sets how long an arrival waits for `on_expired` of another join; the default is 10 s.
    ///
    /// After that, `on_expired` is cancelled, and called again after the backoff. A sweep waits without a limit. An arrival that
    /// runs the function does not call `on_expired`: it leaves the other join to the next arrival or sweep. The `on_expired`
    /// of a plain `fn` cannot be cancelled.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use linked_span::fan_in::JoinOptions;
    /// # let options = JoinOptions::timeout(Duration::from_secs(15 * 60));
    /// // Below the time limit of a consumer for one message.
    /// let options = options.on_expired_timeout(Duration::from_secs(2));
    /// ```
    pub const fn on_expired_timeout(mut self, timeout: Duration) -> Self {
        self.on_expired_timeout = timeout;
        self
    }

    /// Returns the policy of a function with this many inputs.
    pub(crate) fn policy(&self, inputs: u8) -> JoinPolicy {
        JoinPolicy::new(inputs)
            .timeout(in_milliseconds(self.timeout))
            .lease(in_milliseconds(self.lease))
            .backoff(in_milliseconds(self.backoff))
            .dedup_window(in_milliseconds(self.dedup_window))
            .max_attempts(self.max_attempts)
    }
}

fn in_milliseconds(span: Duration) -> Duration {
    Duration::from_millis(milliseconds(span))
}
