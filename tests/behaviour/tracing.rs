//! Handlers beside `#[tracing::instrument]`, with tracing-opentelemetry and its default, context activation.

use linked_span::{Origin, linked_span};
use linked_span_tests::{Sdk, producer};
use opentelemetry::global;
use opentelemetry::trace::SpanId;
use opentelemetry_sdk::trace::SpanData;
use tracing_subscriber::layer::SubscriberExt;

/// Runs `f` with `tracing`'s spans exported to the same SDK.
fn with_tracing(f: impl FnOnce()) -> Vec<SpanData> {
    with_tracing_and(true, f)
}

fn with_tracing_and(context_activation: bool, f: impl FnOnce()) -> Vec<SpanData> {
    let sdk = Sdk::install();
    let layer = tracing_opentelemetry::layer()
        .with_tracer(global::tracer("tracing"))
        .with_context_activation(context_activation);
    tracing::subscriber::with_default(tracing_subscriber::registry().with(layer), f);
    sdk.spans()
}

fn called<'s>(spans: &'s [SpanData], name: &str) -> &'s SpanData {
    let mut spans = spans.iter();
    spans
        .find(|span| span.name == name)
        .expect("a span of this name")
}

fn current() -> SpanId {
    Origin::current().span_context().span_id()
}

#[tracing::instrument(skip_all)]
fn instrumented_outside() -> (SpanId, SpanId) {
    (current(), handler_inside(&producer(1).into()))
}

#[linked_span(event)]
fn handler_inside(event: &Origin) -> SpanId {
    current()
}

#[linked_span(event)]
fn handler_outside(event: &Origin) -> (SpanId, SpanId) {
    (current(), instrumented_inside())
}

#[tracing::instrument]
fn instrumented_inside() -> SpanId {
    current()
}

#[test]
fn handler_in_an_instrumented_function_is_its_child() {
    let mut seen = None;
    let spans = with_tracing(|| seen = Some(instrumented_outside()));
    let (outer, inner) = (
        called(&spans, "instrumented_outside"),
        called(&spans, "handler_inside"),
    );
    assert_eq!(inner.parent_span_id, outer.span_context.span_id());
    assert_eq!(inner.span_context.trace_id(), outer.span_context.trace_id());
    assert_eq!(inner.links.links[0].span_context, producer(1));
    assert_eq!(
        seen,
        Some((outer.span_context.span_id(), inner.span_context.span_id()))
    );
}

#[test]
fn instrumented_function_in_a_handler_is_its_child() {
    let mut seen = None;
    let spans = with_tracing(|| seen = Some(handler_outside(&producer(1).into())));
    let (outer, inner) = (
        called(&spans, "handler_outside"),
        called(&spans, "instrumented_inside"),
    );
    assert_eq!(outer.parent_span_id, SpanId::INVALID);
    assert_eq!(inner.parent_span_id, outer.span_context.span_id());
    assert_eq!(inner.span_context.trace_id(), outer.span_context.trace_id());
    assert_eq!(
        seen,
        Some((outer.span_context.span_id(), inner.span_context.span_id()))
    );
}

#[tracing::instrument(skip_all)]
async fn async_outside() -> (SpanId, SpanId, SpanId) {
    tokio::task::yield_now().await;
    let (handler, inner) = async_handler(&producer(1).into()).await;
    (current(), handler, inner)
}

#[linked_span(event)]
async fn async_handler(event: &Origin) -> (SpanId, SpanId) {
    tokio::task::yield_now().await;
    let inner = async_inside().await;
    (current(), inner)
}

#[tracing::instrument]
async fn async_inside() -> SpanId {
    tokio::task::yield_now().await;
    current()
}

/// Nested as instrumented > handler > instrumented, over several polls.
#[test]
fn async_functions_nest_both_ways() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime");
    let mut seen = None;
    let spans = with_tracing(|| seen = Some(runtime.block_on(async_outside())));
    let [outer, handler, inner] =
        ["async_outside", "async_handler", "async_inside"].map(|name| called(&spans, name));
    assert_eq!(handler.parent_span_id, outer.span_context.span_id());
    assert_eq!(inner.parent_span_id, handler.span_context.span_id());
    let ids = [outer, handler, inner].map(|span| span.span_context.span_id());
    assert_eq!(seen, Some(ids.into()));
}

/// Rust expands the upper attribute first, so its span is the inner one.
#[tracing::instrument(name = "instrumented", skip_all)]
#[linked_span(event, name = "handler")]
fn instrumented_above(event: &Origin) {}

#[linked_span(event, name = "handler")]
#[tracing::instrument(name = "instrumented", skip_all)]
fn instrumented_below(event: &Origin) {}

#[test]
fn both_attributes_on_one_function_nest() {
    for (handle, inner, outer) in [
        (instrumented_above as fn(&Origin), "instrumented", "handler"),
        (instrumented_below, "handler", "instrumented"),
    ] {
        let spans = with_tracing(|| handle(&producer(1).into()));
        let (inner, outer) = (called(&spans, inner), called(&spans, outer));
        assert_eq!(inner.parent_span_id, outer.span_context.span_id());
    }
}

/// The documentation of the crate says that the two do not see each other.
#[test]
fn handler_without_context_activation_starts_a_trace() {
    #[tracing::instrument]
    fn outermost() {
        handler_outside(&producer(1).into());
    }

    let spans = with_tracing_and(false, || {
        instrumented_outside();
    });
    assert_eq!(
        called(&spans, "handler_inside").parent_span_id,
        SpanId::INVALID
    );

    let spans = with_tracing_and(false, outermost);
    let outermost = called(&spans, "outermost").span_context.span_id();
    assert_eq!(
        called(&spans, "handler_outside").parent_span_id,
        SpanId::INVALID
    );
    assert_eq!(
        called(&spans, "instrumented_inside").parent_span_id,
        outermost
    );
}
