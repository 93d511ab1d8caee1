//! Detection of tracers that make no spans.

use std::sync::LazyLock;

use opentelemetry::Context;
use opentelemetry::trace::{
    Span, SpanContext, SpanId, TraceContextExt, TraceFlags, TraceId, TraceState, Tracer,
};

/// Returns `true` if a tracer makes no spans, without exporting a span.
///
/// OpenTelemetry's no-op tracer returns the parent's context, even under suppressed telemetry. An SDK then makes either
/// no span or a new one.
pub(crate) fn is_noop(tracer: &impl Tracer) -> bool {
    static SUPPRESSED: LazyLock<Context> = LazyLock::new(|| {
        let parent = SpanContext::new(
            TraceId::from(1),
            SpanId::from(1),
            TraceFlags::NOT_SAMPLED,
            true,
            TraceState::NONE,
        );
        Context::new()
            .with_remote_span_context(parent)
            .with_telemetry_suppressed()
    });
    let span = tracer.start_with_context("linked_span.probe", &SUPPRESSED);
    span.span_context() == SUPPRESSED.span().span_context()
}
