//! A clock that a test advances.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::fan_in::Timestamp;

/// Holds a time that only a test advances. Clones share it.
///
/// ```
/// use std::time::Duration;
/// use linked_span::fan_in::{JoinOptions, Memory};
/// use linked_span::testing::{self, Clock};
/// use linked_span::{LinkedEvent, Origin, fan_in};
///
/// #[derive(Clone, LinkedEvent)]
/// struct Event { #[event(key)] order: u64, metadata: Origin }
///
/// #[fan_in(payment, inventory)]
/// fn fulfill_order(payment: Event, inventory: Event) {}
///
/// let (spans, clock) = (testing::capture(), Clock::new());
/// let memory = Memory::new().clock(clock.reader());
/// let fulfill = FulfillOrder::new(memory, JoinOptions::timeout(Duration::from_secs(600)));
/// let payment = Event { order: 1, metadata: spans.producer() };
/// let _waiting = fulfill.payment(payment.clone());
///
/// clock.advance(Duration::from_secs(601));
/// fulfill.sweep().unwrap();
/// spans.one("fulfill_order expired").linked_to(&payment);
/// ```
#[derive(Clone, Debug, Default)]
pub struct Clock(Arc<AtomicU64>);

impl Clock {
    /// Creates a clock at the time 0.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Advances the clock by whole milliseconds.
    pub fn advance(&self, span: Duration) {
        let milliseconds = span.as_millis().try_into().unwrap_or(u64::MAX);
        let add = |now: u64| Some(now.saturating_add(milliseconds));
        let _ = self.0.fetch_update(Ordering::SeqCst, Ordering::SeqCst, add);
    }

    /// Returns the time.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::SeqCst))
    }

    /// Returns a function that reads the clock, as [`Memory::clock`](crate::fan_in::Memory::clock) takes it.
    #[must_use]
    pub fn reader(&self) -> impl Fn() -> Timestamp + Send + Sync + 'static {
        let clock = self.clone();
        move || clock.now()
    }
}
