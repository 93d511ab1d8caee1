//! The clocks: one for what is recorded, and one for the age of an answer.

use std::time::{Duration, SystemTime};

/// The wall clock, as OpenTelemetry reads it: the standard library's panics on wasm32-unknown-unknown.
pub(crate) fn wall() -> SystemTime {
    opentelemetry::time::now()
}

pub(crate) use monotonic::{Instant, elapsed, now};

#[cfg(not(all(target_arch = "wasm32", not(target_os = "wasi"))))]
mod monotonic {
    use std::time::Duration;

    pub(crate) use std::time::Instant;

    pub(crate) fn now() -> Instant {
        Instant::now()
    }

    pub(crate) fn elapsed(since: Instant) -> Duration {
        since.elapsed()
    }
}

/// The standard library has no monotonic clock there, and its `Instant::now()` panics.
#[cfg(all(target_arch = "wasm32", not(target_os = "wasi")))]
mod monotonic {
    use std::time::Duration;

    pub(crate) use std::time::SystemTime as Instant;

    pub(crate) fn now() -> Instant {
        super::wall()
    }

    pub(crate) fn elapsed(since: Instant) -> Duration {
        now().duration_since(since).unwrap_or_default()
    }
}

/// How long a thread keeps an answer about the program's globals.
const WINDOW: Duration = Duration::from_millis(1);

/// The millisecond in which an answer counts.
///
/// It is measured with a monotonic clock: a wall clock that stands still would keep an answer forever.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CacheWindow {
    until: Instant,
}

impl CacheWindow {
    pub(crate) fn from(now: Instant) -> Self {
        Self {
            until: now.checked_add(WINDOW).unwrap_or(now),
        }
    }

    /// Without a monotonic clock it is always over.
    #[inline]
    pub(crate) fn is_over(self, now: Instant) -> bool {
        cfg!(all(target_arch = "wasm32", not(target_os = "wasi"))) || self.until <= now
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cache_window_is_one_millisecond() {
        let asked = now();
        let window = CacheWindow::from(asked);
        assert!(!window.is_over(asked));
        assert!(!window.is_over(asked + Duration::from_micros(999)));
        assert!(window.is_over(asked + Duration::from_millis(1)));
    }
}
