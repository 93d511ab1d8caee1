//! What identifies a span.

use opentelemetry::trace::{SpanContext, SpanId, TraceId};
use opentelemetry_sdk::trace::SpanData;

/// The ids of a span. A trace's alone are not enough: several tests may give the same remote parent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct SpanKey(TraceId, SpanId);

impl SpanKey {
    pub(super) fn of(context: &SpanContext) -> Self {
        Self(context.trace_id(), context.span_id())
    }

    pub(super) fn of_parent(span: &SpanData) -> Self {
        Self(span.span_context.trace_id(), span.parent_span_id)
    }
}
