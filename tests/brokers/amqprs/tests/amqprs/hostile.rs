//! Headers of types and values that no instrumentation writes.

use amqprs::{BasicProperties, FieldTable, FieldValue};
use linked_span::linked_span;
use linked_span_tests_brokers_common::{install, span};
use opentelemetry_sdk::trace::SpanData;

use crate::server::{table, text};

const ONE: &str = "00-11111111111111111111111111111111-1111111111111111-01";

#[linked_span(properties(amqprs, destination = destination))]
fn on_message(properties: &BasicProperties, destination: &str) {}

fn handled(test: &str, headers: FieldTable) -> SpanData {
    install();
    let properties = BasicProperties::default().with_headers(headers).finish();
    on_message(&properties, test);
    span(&format!("process {test}"))
}

#[test]
fn context_of_bytes_is_linked() {
    let mut headers = table([("app", "1")]);
    let bytes = ONE.as_bytes().to_vec().try_into().expect("an array");
    headers.insert(text("traceparent"), FieldValue::x(bytes));
    let span = handled("bytes", headers);
    assert_eq!(
        span.links.links[0].span_context.span_id().to_string(),
        "1".repeat(16)
    );
}

#[test]
fn context_of_another_type_counts_as_absent() {
    let mut headers = FieldTable::new();
    headers.insert(text("traceparent"), FieldValue::V);
    headers.insert(text("tracestate"), FieldValue::I(1));
    headers.insert(
        text("x-delivery-count"),
        FieldValue::S("many".try_into().expect("a text")),
    );
    let span = handled("types", headers);
    assert_eq!(span.links.links.len(), 0);
    let keys = span
        .attributes
        .iter()
        .map(|attribute| attribute.key.as_str());
    assert!(!keys.into_iter().any(|key| key.ends_with("delivery_count")));
}

#[test]
fn names_in_another_case_are_read() {
    let span = handled("case", table([("Traceparent", ONE), ("TraceState", "a=1")]));
    assert_eq!(
        span.links.links[0].span_context.trace_state().header(),
        "a=1"
    );
}
