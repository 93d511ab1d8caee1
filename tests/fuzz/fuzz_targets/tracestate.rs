//! Any bytes as `tracestate` fields, one per line. The context stays, and the state survives a round trip.
#![no_main]

use std::collections::HashSet;

use libfuzzer_sys::fuzz_target;
use linked_span::{extract, inject};
use opentelemetry::Context;
use opentelemetry::trace::{TraceContextExt, TraceState};

const TRACEPARENT: &str = "00-1f2e3d4c5b6a79880123456789abcdef-fedcba9876543210-01";

fuzz_target!(|value: &[u8]| {
    let mut fields = vec![("traceparent", TRACEPARENT.as_bytes())];
    fields.extend(
        value
            .split(|byte| *byte == b'\n')
            .map(|line| ("tracestate", line)),
    );
    let origin = extract(&fields);
    let context = origin.span_context();
    assert!(
        context.is_valid() && context.is_sampled(),
        "a broken state costs no context"
    );

    let members: Vec<(&str, &str)> = context.trace_state().into_iter().collect();
    assert!(members.len() <= 32);
    let keys: HashSet<&str> = members.iter().map(|(key, _)| *key).collect();
    assert_eq!(keys.len(), members.len(), "no key twice");
    for (key, value) in &members {
        assert!((1..=256).contains(&key.len()) && (1..=256).contains(&value.len()));
        assert!(!value.ends_with(' '));
        assert!(
            value
                .bytes()
                .all(|byte| matches!(byte, b' '..=b'~') && !b",=".contains(&byte))
        );
        assert!(stands_in(&fields, &format!("{key}={value}")));
    }

    let _guard = Context::new()
        .with_remote_span_context(context.clone())
        .attach();
    let mut headers: Vec<(String, String)> = Vec::new();
    inject(&mut headers);
    assert_eq!(
        headers[0],
        ("traceparent".to_owned(), TRACEPARENT.to_owned())
    );
    let state = headers
        .get(1)
        .map(|(name, value)| (name.as_str(), value.clone()));
    let written = Some(context.trace_state().header()).filter(|header| !header.is_empty());
    assert_eq!(
        state,
        written.map(|header| ("tracestate", header)),
        "written only if there is one"
    );
    assert_eq!(extract(&headers), origin, "read again");
    assert!(headers.len() == 1 || *context.trace_state() != TraceState::NONE);
});

fn stands_in(fields: &[(&str, &[u8])], member: &str) -> bool {
    let member = member.as_bytes();
    fields
        .iter()
        .any(|(_, value)| value.windows(member.len()).any(|window| window == member))
}
