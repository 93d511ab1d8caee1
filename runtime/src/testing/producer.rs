//! Span contexts that a producer in another process could have had.

use std::hash::{BuildHasher, RandomState};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

use opentelemetry::trace::{SpanContext, SpanId, TraceFlags, TraceId, TraceState};

/// Differs from those of other processes, whose spans a collector may have too.
static PROCESS: LazyLock<u64> = LazyLock::new(|| RandomState::new().hash_one("linked-span") | 1);

/// A sampled remote context, another one at each call.
pub(super) fn unique() -> SpanContext {
    static COUNT: AtomicU64 = AtomicU64::new(1);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let trace = (u128::from(*PROCESS) << 64) | u128::from(count);
    SpanContext::new(
        TraceId::from(trace),
        SpanId::from(count),
        TraceFlags::SAMPLED,
        true,
        TraceState::NONE,
    )
}
