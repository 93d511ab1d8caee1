//! Spans that belong to no capture.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use opentelemetry_sdk::trace::SpanData;

/// How many are kept, at most: tests without a capture make spans too.
const MOST: usize = 1_000;

static UNCLAIMED: Mutex<Unclaimed> = Mutex::new(Unclaimed {
    first: 0,
    spans: VecDeque::new(),
});

struct Unclaimed {
    /// How many have been removed.
    first: usize,
    spans: VecDeque<SpanData>,
}

fn lock() -> MutexGuard<'static, Unclaimed> {
    UNCLAIMED.lock().unwrap_or_else(PoisonError::into_inner)
}

pub(super) fn keep(span: SpanData) {
    let mut unclaimed = lock();
    if unclaimed.spans.len() == MOST {
        unclaimed.spans.pop_front();
        unclaimed.first += 1;
    }
    unclaimed.spans.push_back(span);
}

/// How many there have been.
pub(super) fn count() -> usize {
    let unclaimed = lock();
    unclaimed.first + unclaimed.spans.len()
}

/// Those that are still kept, without the first `skipped` of all.
pub(super) fn since(skipped: usize) -> Vec<SpanData> {
    let unclaimed = lock();
    let skipped = skipped.saturating_sub(unclaimed.first);
    unclaimed.spans.iter().skip(skipped).cloned().collect()
}
