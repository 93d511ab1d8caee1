//! A test that captures `tracing`: one registry for the process, over the global tracer.

use std::sync::Once;
use std::thread;

use linked_span::testing::{self, Capture};
use linked_span::{Origin, linked_span};
use opentelemetry::global;
use tracing::{Span, info_span};
use tracing_opentelemetry::OpenTelemetrySpanExt;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

fn capture() -> Capture {
    static REGISTRY: Once = Once::new();
    let spans = testing::capture();
    REGISTRY.call_once(|| {
        let layer = tracing_opentelemetry::layer().with_tracer(global::tracer("tests"));
        tracing_subscriber::registry().with(layer).init();
    });
    spans
}

#[linked_span(event)]
fn handle(event: &Origin) {}

#[tracing::instrument(skip_all)]
fn consume(event: &Origin) {
    Span::current().add_link(event.span_context().clone());
    handle(event);
}

fn each_test_has_its_own_spans() {
    let spans = capture();
    for _ in 0..50 {
        info_span!("import").in_scope(|| {});
        let event = spans.producer();
        let consumed = event.clone();
        thread::spawn(move || consume(&consumed))
            .join()
            .expect("no panic");
        assert_eq!(linked(&spans, "consume", &event), 1);
        assert_eq!(linked(&spans, "handle", &event), 1);
    }
    assert_eq!(spans.all("import").len(), 50);
    assert_eq!(spans.all("consume").len(), 50);
}

fn linked(spans: &Capture, name: &str, event: &Origin) -> usize {
    let spans = spans.all(name);
    let mut links = spans.iter().flat_map(testing::CapturedSpan::all_links);
    links
        .by_ref()
        .filter(|link| link.span_context == *event.span_context())
        .count()
}

#[test]
fn tracing_spans_of_one_test_are_its_own() {
    each_test_has_its_own_spans();
}

#[test]
fn tracing_spans_of_another_test_are_its_own() {
    each_test_has_its_own_spans();
}
