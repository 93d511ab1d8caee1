//! Any bytes as a `traceparent`: what is read is a part of them, and is written back the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use linked_span::{Origin, extract, inject};
use opentelemetry::Context;
use opentelemetry::trace::{SpanContext, SpanId, TraceContextExt, TraceId};

fuzz_target!(|value: &[u8]| {
    let origin = extract(&[("traceparent", value)]);
    let context = origin.span_context();
    if !context.is_valid() {
        assert_eq!(*context, SpanContext::NONE, "half a context");
        assert!(!is_plain(value), "a context was lost");
        return;
    }
    assert_ne!(context.trace_id(), TraceId::INVALID);
    assert_ne!(context.span_id(), SpanId::INVALID);
    assert!(context.is_remote());
    assert_eq!(context.trace_flags().to_u8() & !3, 0);

    let written = written(&origin);
    let value = value.trim_ascii();
    assert_eq!(written[..3], *"00-", "the version that is known");
    assert_eq!(written.as_bytes()[3..53], value[3..53], "the same ids");
    let flags = std::str::from_utf8(&value[53..55]).expect("two digits");
    let flags = u8::from_str_radix(flags, 16).expect("two digits");
    let known = if value.starts_with(b"00") { 3 } else { 1 };
    assert_eq!(written[53..], format!("{:02x}", flags & known));
    assert_eq!(extract(&[("traceparent", &written)]), origin, "read again");

    let twice = [("traceparent", value), ("TraceParent", value)];
    assert_eq!(extract(&twice), Origin::default(), "two refuse both");
});

/// Returns `true` if these bytes are a plain `traceparent`.
fn is_plain(value: &[u8]) -> bool {
    let digits = |range: std::ops::Range<usize>| {
        let digits = &value[range];
        digits
            .iter()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
            && digits.iter().any(|byte| *byte != b'0')
    };
    value.len() == 55
        && value.starts_with(b"00-")
        && digits(3..35)
        && value[35] == b'-'
        && digits(36..52)
        && value.ends_with(b"-01")
}

/// Returns the `traceparent` that is written while this origin's span is active without a state.
fn written(origin: &Origin) -> String {
    let span_context = origin.span_context().clone();
    let _guard = Context::new()
        .with_remote_span_context(span_context)
        .attach();
    let mut headers: Vec<(String, String)> = Vec::new();
    inject(&mut headers);
    assert_eq!(headers.len(), 1);
    assert_eq!(headers[0].0, "traceparent");
    assert_eq!(headers[0].1.len(), 55);
    headers.remove(0).1
}
