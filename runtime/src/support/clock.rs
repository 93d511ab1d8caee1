//! The clocks: a wall clock for recorded times, and a monotonic one for caches.

use std::time::{Duration, SystemTime};

/// Reads OpenTelemetry's wall clock; the standard library's panics on wasm32-unknown-unknown.
pub(crate) fn wall() -> SystemTime {
    opentelemetry::time::now()
}

#[cfg(feature = "metrics")]
pub(crate) use monotonic::between;
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

    #[cfg(feature = "metrics")]
    pub(crate) fn between(from: Instant, to: Instant) -> Duration {
        to.duration_since(from)
    }
}

/// Uses the wall clock, because `Instant::now()` panics on this target.
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

    #[cfg(feature = "metrics")]
    pub(crate) fn between(from: Instant, to: Instant) -> Duration {
        to.duration_since(from).unwrap_or_default()
    }
}

/// How long a thread caches OpenTelemetry's globals.
const WINDOW: Duration = Duration::from_millis(1);

/// The millisecond during which a cached value is valid.
///
/// It uses a monotonic clock: a wall clock that is set back would keep a cached value for too long.
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

    /// Returns `true` if the cached value is outdated; always, without a monotonic clock.
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
