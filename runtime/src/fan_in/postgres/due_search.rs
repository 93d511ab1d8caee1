//! Limits how often arrivals search for other joins that are due.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::fan_in::core::state::JoinPolicy;

/// The shortest time between two searches, which costs arrivals little and delays a due join little.
const INTERVAL: Duration = Duration::from_millis(20);

/// The time of the last search by an arrival in this process.
#[derive(Debug, Default)]
pub(super) struct DueSearch {
    last: Mutex<Option<Instant>>,
}

impl DueSearch {
    /// Returns `true` if the calling arrival must search.
    pub(super) fn is_time(&self, policy: &JoinPolicy) -> bool {
        // A join that was opened after the last search can be due this soon.
        let soonest = policy.timeout.min(policy.lease);
        let (mut last, now) = (self.last(), Instant::now());
        let is_time = last.is_none_or(|last| now.duration_since(last) >= INTERVAL.min(soonest));
        if is_time {
            *last = Some(now);
        }
        is_time
    }

    /// Makes the next arrival search, because a join may be due.
    pub(super) fn search_next(&self) {
        *self.last() = None;
    }

    fn last(&self) -> MutexGuard<'_, Option<Instant>> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
