//! The feature `max_level_off` of `tracing` removes logs at compile time. It must not remove OpenTelemetry's spans.
//!
//! Cargo gives a crate the features that any package of a build wants. So this program has a feature of its own package,
//! which no other test sets: `cargo test -p linked-span-tests-in-tracing --features max_level_off --test static_level`.

use std::collections::HashMap;

use linked_span::{Origin, inject, layer_tracer, linked_span};
use linked_span_tests::{Globals, Sdk, producer};
use opentelemetry::trace::SpanKind;
use opentelemetry_sdk::trace::SpanData;
use tracing::level_filters::{LevelFilter, STATIC_MAX_LEVEL};
use tracing::subscriber::with_default;
use tracing::{Span, error};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::{fmt, registry};

/// Returns the `traceparent` that the body of a handler passes on.
fn injected() -> String {
    assert!(Span::current().is_none(), "a `tracing` span");
    error!("never logged");
    let mut headers = HashMap::<String, String>::new();
    inject(&mut headers);
    headers.remove("traceparent").unwrap_or_default()
}

#[linked_span(event, level = "error")]
fn pack(event: &Origin) -> String {
    injected()
}

#[linked_span(event)]
async fn ship(event: &Origin) -> String {
    injected()
}

#[linked_span(events)]
fn load(events: &[Origin]) -> String {
    injected()
}

/// Runs a handler under a subscriber with our layer, and checks its exported span, which links to these producers.
fn exports_its_span(name: &str, producers: &[u8], handler: impl FnOnce() -> String) {
    assert_eq!(STATIC_MAX_LEVEL, LevelFilter::OFF, "set `max_level_off`");
    let sdk = Sdk::install();
    let otel = tracing_opentelemetry::layer().with_tracer(layer_tracer(Globals, "tests"));
    let subscriber = registry().with(fmt::layer().with_test_writer()).with(otel);
    let injected = with_default(subscriber, handler);
    let span: SpanData = sdk.span();
    assert_eq!((&*span.name, &span.span_kind), (name, &SpanKind::Consumer));
    let links = span.links.iter().map(|link| &link.span_context);
    let expected: Vec<_> = producers.iter().copied().map(producer).collect();
    assert!(links.eq(&expected), "{:?}", span.links);
    let context = span.span_context;
    let traceparent = format!("00-{}-{}-01", context.trace_id(), context.span_id());
    assert_eq!(injected, traceparent);
}

#[test]
fn function_with_a_static_level_off_exports_its_span() {
    exports_its_span("pack", &[1], || pack(&producer(1).into()));
}

#[test]
fn async_function_with_a_static_level_off_exports_its_span() {
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    let runtime = runtime.expect("a runtime");
    exports_its_span("ship", &[1], || runtime.block_on(ship(&producer(1).into())));
}

#[test]
fn batch_with_a_static_level_off_exports_its_span() {
    let events = [1, 2, 3].map(|number| producer(number).into());
    exports_its_span("load", &[1, 2, 3], || load(&events));
}
