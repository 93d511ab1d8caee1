//! A clock that a test advances.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use linked_span::fan_in::{Memory, Timestamp};

/// The milliseconds that have passed. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct Time(Arc<AtomicU64>);

impl Time {
    /// Advances the clock.
    pub fn pass(&self, span: Duration) {
        self.0.fetch_add(milliseconds(span), Ordering::SeqCst);
    }

    /// Sets the clock, which may go back.
    pub fn go_to(&self, time: Timestamp) {
        self.0.store(time.as_millis(), Ordering::SeqCst);
    }

    /// Returns the current time.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        at(self.0.load(Ordering::SeqCst))
    }

    /// Returns the store with this clock.
    #[must_use]
    pub fn of<P>(&self, memory: Memory<P>) -> Memory<P> {
        let time = self.clone();
        memory.clock(move || time.now())
    }
}

/// Returns the time at this number of milliseconds.
#[must_use]
pub const fn at(milliseconds: u64) -> Timestamp {
    Timestamp::from_millis(milliseconds)
}

/// Returns a span of this number of milliseconds.
#[must_use]
pub const fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

/// Returns the milliseconds of a span.
///
/// # Panics
///
/// If they exceed a `u64`.
#[must_use]
pub fn milliseconds(span: Duration) -> u64 {
    span.as_millis().try_into().unwrap()
}
