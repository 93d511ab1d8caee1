//! Events without a context, or with a malformed one, while a span is active.

use std::collections::HashMap;

use linked_span::{LinkedEvent, Origin, WithOrigin, linked_span};
use linked_span_tests::{Sdk, active, producer};
use opentelemetry::trace::{SpanContext, SpanId, TraceFlags, TraceId, TraceState};
use serde_json::{Value, json};

#[linked_span(event)]
fn handle(event: &impl LinkedEvent) {}

#[linked_span(event, parent = event)]
fn child(event: &impl LinkedEvent) {}

/// Asserts one span, a child of the active one, without a link.
fn assert_unlinked(event: &impl LinkedEvent) {
    let sdk = Sdk::install();
    let guard = active(producer(9)).attach();
    handle(event);
    child(event);
    drop(guard);
    let spans = sdk.spans();
    assert_eq!(spans.len(), 2);
    for span in spans {
        assert_eq!(span.links.links.len(), 0, "{:?}", span.links);
        assert_eq!(span.parent_span_id, producer(9).span_id());
        assert_eq!(span.span_context.trace_id(), producer(9).trace_id());
    }
}

#[derive(LinkedEvent)]
struct WithHeaders {
    metadata: HashMap<&'static str, String>,
}

#[test]
fn event_without_an_origin_has_no_link() {
    assert_unlinked(&Origin::default());
    assert_unlinked(&WithHeaders {
        metadata: HashMap::new(),
    });
    assert_unlinked(&json!({}));
    assert_unlinked(
        &json!([{"metadata": {"traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"}}]),
    );
}

#[test]
fn event_with_malformed_headers_has_no_link() {
    for junk in [
        String::new(),
        "junk".to_owned(),
        "00-00000000000000000000000000000000-00f067aa0ba902b7-01".to_owned(),
        "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01".to_owned(),
        "🦀".repeat(1024),
        "00-".repeat(1400),
    ] {
        assert_unlinked(&WithHeaders {
            metadata: HashMap::from([("traceparent", junk.clone())]),
        });
        let event: Value = json!({"metadata": {"traceparent": junk, "tracestate": junk}});
        assert_unlinked(&event);
    }
    assert_unlinked(&json!({"metadata": {"traceparent": 5}}));
    assert_unlinked(
        &json!({"metadata": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"}),
    );
}

/// An incomplete context counts as none.
#[test]
fn event_with_an_invalid_context_has_no_link() {
    let half = SpanContext::new(
        TraceId::from(1),
        SpanId::INVALID,
        TraceFlags::SAMPLED,
        true,
        TraceState::NONE,
    );
    assert_unlinked(&half);
}

#[test]
fn with_origin_accessors_return_payload_and_origin() {
    let origin = Origin::from(producer(3));
    let job = WithOrigin::new("cat.png", origin.clone());
    let as_ref: &&str = job.as_ref();
    assert_eq!(as_ref, job.payload());
    assert_eq!(*job.payload(), "cat.png");
    assert_eq!(job.into_parts(), ("cat.png", origin));
}
