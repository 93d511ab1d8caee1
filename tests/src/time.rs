//! A clock that goes when it is told to.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use linked_span::fan_in::{Memory, Moment};

/// The milliseconds that have passed, for all who have a clone of it.
#[derive(Clone, Debug, Default)]
pub struct Time(Arc<AtomicU64>);

impl Time {
    /// Advances the clock.
    pub fn pass(&self, milliseconds: Moment) {
        self.0.fetch_add(milliseconds, Ordering::SeqCst);
    }

    /// Goes to a moment, which may be an earlier one.
    pub fn go_to(&self, moment: Moment) {
        self.0.store(moment, Ordering::SeqCst);
    }

    /// How many have passed.
    #[must_use]
    pub fn now(&self) -> Moment {
        self.0.load(Ordering::SeqCst)
    }

    /// A store that goes by it.
    #[must_use]
    pub fn of<P>(&self, memory: Memory<P>) -> Memory<P> {
        let time = self.clone();
        memory.clock(move || time.now())
    }
}
