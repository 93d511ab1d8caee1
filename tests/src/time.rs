//! A clock that a test advances.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use linked_span::fan_in::{Memory, Moment};

/// The milliseconds that have passed. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct Time(Arc<AtomicU64>);

impl Time {
    /// Advances the clock.
    pub fn pass(&self, milliseconds: Moment) {
        self.0.fetch_add(milliseconds, Ordering::SeqCst);
    }

    /// Sets the clock, which may go back.
    pub fn go_to(&self, moment: Moment) {
        self.0.store(moment, Ordering::SeqCst);
    }

    /// Returns the current time.
    #[must_use]
    pub fn now(&self) -> Moment {
        self.0.load(Ordering::SeqCst)
    }

    /// Returns the store with this clock.
    #[must_use]
    pub fn of<P>(&self, memory: Memory<P>) -> Memory<P> {
        let time = self.clone();
        memory.clock(move || time.now())
    }
}
