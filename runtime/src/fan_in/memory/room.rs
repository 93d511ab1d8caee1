//! How much a store may hold.

use crate::support::sync::{AtomicUsize, Ordering};

/// Room for joins that have not ended, in all shards, and for some that have.
///
/// All threads write here: what else the store consists of is on other cache lines, or reading it would be slow.
#[repr(align(128))]
pub(super) struct Room {
    open: AtomicUsize,
    pub(super) capacity: usize,
    pub(super) remembered: usize,
    pub(super) shards: usize,
}

impl Room {
    pub(super) fn new(capacity: usize, shards: usize) -> Self {
        Self {
            open: AtomicUsize::new(0),
            capacity,
            remembered: capacity,
            shards,
        }
    }

    /// For one more, if there is any.
    pub(super) fn take(&self) -> bool {
        // Nothing but the number itself depends on it, so it need not be ordered with anything.
        let more = |open| (open < self.capacity).then_some(open + 1);
        self.open
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, more)
            .is_ok()
    }

    pub(super) fn give_back(&self) {
        self.open.fetch_sub(1, Ordering::Relaxed);
    }

    /// How many have been taken.
    pub(super) fn open(&self) -> usize {
        self.open.load(Ordering::Relaxed)
    }

    /// How many that have ended a shard remembers.
    pub(super) fn remembered_in_a_shard(&self) -> usize {
        self.remembered.div_ceil(self.shards)
    }
}
