//! Whether this thread can still enter `tracing` spans.
//!
//! Subscribers keep thread-locals. In a destructor of a thread that ends they may be gone, and to ask for them panics. A
//! panic that is caught would call the program's panic hook first, which may end it.

use std::cell::Cell;

use crate::support::ambient;

thread_local! {
    /// Has no destructor, and so can always be read.
    static ENDS: Cell<bool> = const { Cell::new(false) };
    /// Used after the subscriber's thread-locals are, and so dropped before them.
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
