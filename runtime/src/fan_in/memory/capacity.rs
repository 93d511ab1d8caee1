//! The capacity of a store.

use crate::support::sync::{AtomicUsize, Ordering};

/// Counts the joins that have not ended, in all shards, up to the capacity.
///
/// All threads write here. It has its own cache lines, so that reads of the other fields stay fast.
#[repr(align(128))]
pub(super) struct Capacity {
    open: AtomicUsize,
    pub(super) max: usize,
    pub(super) remembered: usize,
    pub(super) shards: usize,
}

impl Capacity {
    pub(super) fn new(max: usize, shards: usize) -> Self {
        Self {
            open: AtomicUsize::new(0),
            max,
            remembered: max,
            shards,
        }
    }

    /// Takes room for one more join. Returns `false` if the store is full.
    pub(super) fn take(&self) -> bool {
        // Only the number depends on it, so it needs no ordering.
        let more = |open| (open < self.max).then_some(open + 1);
        self.open
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, more)
            .is_ok()
    }

    pub(super) fn give_back(&self) {
        self.open.fetch_sub(1, Ordering::Relaxed);
    }

    /// Returns the number of joins that have not ended.
    pub(super) fn open(&self) -> usize {
        self.open.load(Ordering::Relaxed)
    }

    /// Returns the number of ended joins that a shard remembers.
    pub(super) fn remembered_in_a_shard(&self) -> usize {
        self.remembered.div_ceil(self.shards)
    }
}
