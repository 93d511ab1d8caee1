//! A clock that a test advances.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::fan_in::{Memory, Timestamp};

/// Holds the time of a [`Memory`], which only the test advances. Clones share it.
///
/// ```
/// use std::time::Duration;
/// use linked_span::{LinkedEvent, Origin, fan_in, testing};
/// use linked_span::fan_in::{JoinOptions, Memory};
/// # use std::sync::mpsc::channel;
///
/// # #[derive(Clone, LinkedEvent)] struct Event { #[event(key)] order: u64, metadata: Origin }
/// # let payment = |order| Event { order, metadata: Origin::default() };
/// #[fan_in(payment, inventory)]
/// fn fulfill_order(payment: Event, inventory: Event) {}
///
/// let clock = testing::Clock::new();
/// let (sender, expired) = channel();
/// let options = JoinOptions::timeout(Duration::from_secs(600));
/// let fulfill = FulfillOrder::new(Memory::with_clock(&clock), options)
///     .on_expired(move |join| sender.send(join.missing.to_string()).unwrap());
/// let _waiting = fulfill.payment(payment(7))?;
/// clock.advance(Duration::from_secs(600));
/// assert_eq!(fulfill.sweep()?.expired, 1);
/// assert_eq!(expired.recv().unwrap(), "inventory");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// It also decides when a failed join is due again, how long an input waited, and when the store forgets a join.
/// [`sweep_every`](crate::fan_in::sweep_every) finds due joins at its next sweep after [`advance`](Self::advance). Its
/// pause is real time, so give it a short one in a test.
#[derive(Clone, Debug, Default)]
pub struct Clock {
    milliseconds: Arc<AtomicU64>,
}

impl Clock {
    /// Makes a clock that stands still.
    ///
    /// ```
    /// # use linked_span::testing::Clock;
    /// let clock = Clock::new();
    /// assert_eq!(clock.now(), clock.now());
    /// ```
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Advances the clock, which never goes back. The span is rounded down to milliseconds.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use linked_span::testing::Clock;
    /// let clock = Clock::new();
    /// let before = clock.now();
    /// clock.advance(Duration::from_secs(1));
    /// assert_eq!(clock.now().saturating_duration_since(before), Duration::from_secs(1));
    /// ```
    pub fn advance(&self, span: Duration) {
        let later = |now| Timestamp::from_millis(now).saturating_add(span).as_millis();
        let advanced = |now| Some(later(now));
        // The closure always returns a time, so this does not fail.
        let _ = self
            .milliseconds
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, advanced);
    }

    /// Returns the time.
    ///
    /// ```
    /// # use linked_span::testing::Clock;
    /// let now = Clock::new().now();
    /// ```
    #[must_use]
    pub fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.milliseconds.load(Ordering::SeqCst))
    }

    /// Returns a function that reads the clock, for a [`Store`](crate::fan_in::Store) of your own.
    ///
    /// ```
    /// # use linked_span::testing::Clock;
    /// let clock = Clock::new();
    /// let now = clock.reader();
    /// assert_eq!(now(), clock.now());
    /// ```
    pub fn reader(&self) -> impl Fn() -> Timestamp + Send + Sync + 'static {
        let clock = self.clone();
        move || clock.now()
    }
}

impl<P> Memory<P> {
    /// Makes a store whose time is that of a test's clock.
    ///
    /// ```
    /// use linked_span::fan_in::Memory;
    /// use linked_span::testing::Clock;
    ///
    /// let clock = Clock::new();
    /// let store = Memory::<String>::with_clock(&clock);
    /// ```
    #[must_use]
    pub fn with_clock(clock: &Clock) -> Self {
        Self::new().clock(clock.reader())
    }
}
