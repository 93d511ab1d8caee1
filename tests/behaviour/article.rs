//! The article's consumers, attribute for attribute: each handler stands between its two lines of `-8<-`.

use linked_span::{linked_span, set_attribute};
use linked_span_tests::{Sdk, pairs, producer, traceparent};
use opentelemetry::trace::{SpanContext, SpanId, SpanKind};
use serde_json::{Value, json};

fn do_processing(_: &Value) {}
fn send_email(_: &Value, _: &str) {}
fn record_metric(_: &Value) {}
fn route_event(_: &Value) {}

// -8<- basic
#[linked_span(event(origin = producer), name = "process_event", scope = "event.processor")]
fn process_event_with_link(event: &Value, producer: &SpanContext) {
    do_processing(event);
    set_attribute("processing.status", "complete");
}
// -8<-

#[test]
fn basic_span_link() {
    let sdk = Sdk::install();
    process_event_with_link(&json!({"id": "e-1", "type": "order.created"}), &producer(1));
    let span = sdk.span();
    assert_eq!(span.name, "process_event");
    assert_eq!(span.span_kind, SpanKind::Consumer);
    assert_eq!(span.instrumentation_scope.name(), "event.processor");
    assert_eq!(span.parent_span_id, SpanId::INVALID);
    assert_eq!(
        pairs(&span.attributes),
        [
            ("event.id", "e-1".into()),
            ("event.type", "order.created".into()),
            ("processing.status", "complete".into()),
        ]
    );
    let [link] = &span.links.links[..] else {
        panic!("expected one link: {:?}", span.links);
    };
    assert_eq!(link.span_context, producer(1));
    assert_eq!(
        pairs(&link.attributes),
        [
            ("link.relationship", "triggered_by".into()),
            ("link.event_type", "order.created".into()),
        ]
    );
}
