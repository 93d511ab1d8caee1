//! Detects a thread that can no longer enter `tracing` spans.
//!
//! Subscribers keep thread-locals. A destructor may run after these are gone, and reading them then panics. Catching
//! that panic is too late, because the program's panic hook runs first and may end the program.

use std::cell::Cell;

use crate::support::ambient;

thread_local! {
    /// Has no destructor, so it is always readable.
    static ENDS: Cell<bool> = const { Cell::new(false) };
    /// Initialized after the subscriber's thread-locals, so it is dropped before them.
    static SENTINEL: Sentinel = const { Sentinel };
}

struct Sentinel;

impl Drop for Sentinel {
    fn drop(&mut self) {
        ENDS.set(true);
    }
}

/// Calls a subscriber, unless its thread-locals may be gone.
#[inline]
pub(super) fn while_it_lives<R>(call: impl FnOnce() -> R) -> Option<R> {
    // Layers use OpenTelemetry's current context too.
    if ENDS.get() || !ambient::is_there() {
        return None;
    }
    let returned = call();
    let _ = SENTINEL.try_with(|_| ());
    Some(returned)
}
