//! Counts what is installed through this crate, so that every thread sees it at once.

use std::sync::atomic::{AtomicU64, Ordering};

static GENERATION: AtomicU64 = AtomicU64::new(0);

pub(crate) fn current() -> u64 {
    GENERATION.load(Ordering::Acquire)
}

/// Outdates what threads know.
pub(crate) fn advance() {
    GENERATION.fetch_add(1, Ordering::Release);
}
