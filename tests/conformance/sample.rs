//! One producer's context, and helpers that query what was read of it.

use linked_span::{Origin, extract};
use opentelemetry::trace::{SpanContext, SpanId, TraceFlags, TraceId, TraceState};

pub(crate) const TRACE_ID: &str = "1f2e3d4c5b6a79880123456789abcdef";
pub(crate) const SPAN_ID: &str = "fedcba9876543210";
pub(crate) const TRACEPARENT: &str = "00-1f2e3d4c5b6a79880123456789abcdef-fedcba9876543210-01";

/// A table's row: its title, the fields, and what is read of them.
pub(crate) type Row<'a, T> = (&'a str, &'a [(&'a str, &'a str)], T);

/// Returns the context of [`TRACEPARENT`] with this state.
pub(crate) fn producer(state: &[(&str, &str)]) -> SpanContext {
    SpanContext::new(
        TraceId::from(0x1f2e_3d4c_5b6a_7988_0123_4567_89ab_cdef),
        SpanId::from(0xfedc_ba98_7654_3210),
        TraceFlags::SAMPLED,
        true,
        TraceState::from_key_value(state.iter().copied()).expect("a valid state"),
    )
}

/// Reads a list of fields.
pub(crate) fn read(fields: &[(impl AsRef<str>, impl AsRef<[u8]>)]) -> SpanContext {
    let context = extract(fields).span_context().clone();
    assert!(
        context.is_valid() || context == SpanContext::NONE,
        "half a context: {context:?}",
    );
    assert_eq!(context.is_remote(), context.is_valid());
    context
}

/// Asserts that nothing was read, not even a part.
#[track_caller]
pub(crate) fn assert_nothing(origin: &Origin, of: &str) {
    assert_eq!(*origin, Origin::default(), "{of}");
    assert_eq!(*origin.span_context(), SpanContext::NONE, "{of}");
}
