//! When an arrival looks for what is due at other joins.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::fan_in::core::state::JoinPolicy;

/// So seldom that it costs next to nothing, and so often that nothing is found much later.
const EVERY: Duration = Duration::from_millis(20);

/// Of all arrivals in this process.
#[derive(Debug, Default)]
pub(super) struct Looks {
    last: Mutex<Option<Instant>>,
}

impl Looks {
    /// Whether it is time for another look, which is the caller's.
    pub(super) fn is_time(&self, rules: &JoinPolicy) -> bool {
        // By then, what has come since the last one may be due.
        let soonest = Duration::from_millis(rules.timeout.min(rules.lease));
        let (mut last, now) = (self.last(), Instant::now());
        let is_time = last.is_none_or(|last| now.duration_since(last) >= EVERY.min(soonest));
        if is_time {
            *last = Some(now);
        }
        is_time
    }

    /// Something is due, or may be: it is time for the next arrival.
    pub(super) fn with_retry(&self) {
        *self.last() = None;
    }

    fn last(&self) -> MutexGuard<'_, Option<Instant>> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
