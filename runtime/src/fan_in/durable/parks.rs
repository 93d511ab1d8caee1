//! The joins that a database has parked.

use std::sync::atomic::{AtomicUsize, Ordering};

use crate::fan_in::core::park_counts::ParkCounts;
use crate::fan_in::core::state::ParkReason;

/// Counts the parked joins that no call has reported yet.
///
/// A call adds them as soon as the database has answered. If the call then fails or is dropped, the next call reports them.
#[derive(Debug, Default)]
pub(super) struct Parks {
    attempts: AtomicUsize,
    undecodable: AtomicUsize,
}

impl Parks {
    pub(super) fn add(&self, reason: ParkReason, joins: usize) {
        let count = match reason {
            ParkReason::Attempts => &self.attempts,
            ParkReason::Undecodable => &self.undecodable,
        };
        if joins > 0 {
            count.fetch_add(joins, Ordering::Relaxed);
        }
    }

    /// Returns the counts, and resets them.
    pub(super) fn take(&self) -> ParkCounts {
        // A load is cheaper than a swap, and most calls have nothing to report.
        let take = |count: &AtomicUsize| match count.load(Ordering::Relaxed) {
            0 => 0,
            _ => count.swap(0, Ordering::Relaxed),
        };
        ParkCounts {
            attempts: take(&self.attempts),
            undecodable: take(&self.undecodable),
        }
    }
}
