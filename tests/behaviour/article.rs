//! The article's consumers. They set what its Python sets on a span or a link, in a third of its lines.
//!
//! The lines of a handler and its attribute are between two marks, where a test counts them.

use linked_span::{LinkedEvent, Origin, extract, linked_span, set_attribute};
use linked_span_tests::{Sdk, pairs, producer, traceparent};
use opentelemetry::Value as AttributeValue;
use opentelemetry::trace::{SpanContext, SpanId, SpanKind};
use opentelemetry_sdk::trace::SpanData;
use serde_json::{Value, json};

fn do_processing(_: &Value) {}
fn send_email(_: &str, _: &str) {}
fn record_metric(_: &OrderCreated) {}
fn route_event(_: &Value) {}

/// The attributes of the only link, which has to lead to the first producer.
fn link_of(span: &SpanData) -> Vec<(&str, AttributeValue)> {
    let [link] = &span.links.links[..] else {
        panic!("expected one link: {:?}", span.links);
    };
    assert_eq!(link.span_context, producer(1));
    pairs(&link.attributes)
}

/// The lines of the handlers that `source` has after `mark`, without blank ones and comments.
pub(crate) fn lines_of(source: &str, mark: &str) -> usize {
    let (_, handlers) = source.split_once(&format!("// {mark}:\n")).expect("a mark");
    let (handlers, _) = handlers.split_once("// :end").expect("an end");
    let code = |line: &&str| !line.trim().is_empty() && !line.trim().starts_with("//");
    handlers.lines().filter(code).count()
}

// Basic Span Link Example:
#[linked_span(event(origin = producer), name = "process_event", scope = "event.processor")]
fn process_event_with_link(event: &Value, producer: &SpanContext) {
    do_processing(event);
    set_attribute("processing.status", "complete");
}
// :end

#[test]
fn article_basic_span_link() {
    let sdk = Sdk::install();
    let event = json!({"id": "e-1", "type": "order.created"});
    process_event_with_link(&event, &producer(1));
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
    assert_eq!(
        link_of(&span),
        [
            ("link.relationship", "triggered_by".into()),
            ("link.event_type", "order.created".into()),
        ]
    );
}

#[derive(LinkedEvent)]
struct OrderCreated {
    customer_email: String,
    metadata: Origin,
}

// Fan-Out:
#[linked_span(event, relationship = "triggered_by_order_created", attributes(notification.channel = "email"))]
fn send_order_confirmation_email(event: &OrderCreated) {
    send_email(&event.customer_email, "Order confirmed");
}

#[linked_span(event, relationship = "triggered_by_order_created", attributes(analytics.recorded = true))]
fn record_order_analytics(event: &OrderCreated) {
    record_metric(event);
}
// :end

#[test]
fn article_fan_out() {
    let sdk = Sdk::install();
    let event = OrderCreated {
        customer_email: "someone@example.com".into(),
        metadata: producer(1).into(),
    };
    send_order_confirmation_email(&event);
    record_order_analytics(&event);
    for (name, key, value) in [
        (
            "send_order_confirmation_email",
            "notification.channel",
            "email".into(),
        ),
        (
            "record_order_analytics",
            "analytics.recorded",
            AttributeValue::Bool(true),
        ),
    ] {
        let span = sdk.span_called(name);
        assert_eq!(span.span_kind, SpanKind::Consumer);
        assert_eq!(span.parent_span_id, SpanId::INVALID);
        assert_eq!(pairs(&span.attributes), [(key, value)]);
        assert_eq!(
            link_of(&span),
            [("link.relationship", "triggered_by_order_created".into())]
        );
    }
    let [mail, analytics] = &sdk.spans()[..] else {
        panic!("expected two spans");
    };
    assert_ne!(
        mail.span_context.trace_id(),
        analytics.span_context.trace_id()
    );
}

// Extracting Span Context from Event Metadata:
#[linked_span(event, name = format!("consume_{}", event["type"].as_str().unwrap_or_default()))]
fn consume_event(event: &Value) {
    route_event(event);
}
// :end

#[test]
fn article_extract_from_event_metadata() {
    let sdk = Sdk::install();
    let raw_event = json!({
        "type": "order.created",
        "metadata": {"traceparent": traceparent(&producer(1)), "tracestate": "vendor=state-1"},
    });
    consume_event(&serde_json::from_str(&raw_event.to_string()).expect("JSON"));
    let span = sdk.span();
    assert_eq!(span.name, "consume_order.created");
    assert_eq!(span.span_kind, SpanKind::Consumer);
    assert_eq!(span.parent_span_id, SpanId::INVALID);
    assert_eq!(span.links.links.len(), 1);
    assert_eq!(span.links.links[0].span_context, producer(1));
    assert_eq!(extract(&raw_event["metadata"]), producer(1).into());
}

/// The article's lines, of these three sections, were counted by the same rule, without its docstrings.
#[test]
fn article_code_is_a_third_as_long() {
    for (section, of_the_article) in [
        ("Basic Span Link Example", 21),
        ("Fan-Out", 24),
        ("Extracting Span Context from Event Metadata", 20),
    ] {
        let ours = lines_of(include_str!("article.rs"), section);
        assert!(
            ours * 3 <= of_the_article,
            "{section}: {ours} lines for {of_the_article}"
        );
    }
}
