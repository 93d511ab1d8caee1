//! Providers that are installed once handlers have run, and replaced.

use std::time::{Duration, Instant};

use linked_span::{Origin, linked_span};
use linked_span_tests::{Sdk, producer};
use opentelemetry::Context;
use opentelemetry::global;
use opentelemetry::trace::SpanId;
use opentelemetry::trace::noop::NoopTracerProvider;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{
    InMemorySpanExporter, SdkTracerProvider, Span, SpanData, SpanProcessor,
};

#[linked_span(event)]
fn handle(event: &Origin) -> SpanId {
    Origin::current().span_context().span_id()
}

fn event() -> Origin {
    producer(1).into()
}

fn provider() -> (InMemorySpanExporter, SdkTracerProvider) {
    let exporter = InMemorySpanExporter::default();
    let provider = SdkTracerProvider::builder()
        .with_simple_exporter(exporter.clone())
        .build();
    (exporter, provider)
}

fn links_of(exporter: &InMemorySpanExporter) -> usize {
    let spans = exporter.get_finished_spans().expect("spans");
    spans.iter().map(|span| span.links.links.len()).sum()
}

/// A process without a provider, as far as handlers can tell.
fn without_provider() -> Sdk {
    let sdk = Sdk::install();
    linked_span::set_tracer_provider(NoopTracerProvider::new());
    assert_eq!(handle(&event()), SpanId::INVALID);
    sdk
}

#[test]
fn one_that_is_given_to_us_is_seen_at_once() {
    let _alone = without_provider();
    let (exporter, provider) = provider();
    linked_span::set_tracer_provider(provider);
    assert_ne!(handle(&event()), SpanId::INVALID);
    assert_eq!(links_of(&exporter), 1);
}

#[test]
fn and_by_every_thread() {
    let _alone = without_provider();
    let (exporter, provider) = provider();
    let handled = std::sync::Barrier::new(2);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            handle(&event());
            handled.wait();
            handled.wait();
            handle(&event());
        });
        handled.wait();
        linked_span::set_tracer_provider(provider);
        handled.wait();
    });
    assert_eq!(links_of(&exporter), 1);
}

#[test]
fn one_that_is_given_to_opentelemetry_is_seen_within_a_millisecond() {
    let _alone = without_provider();
    let (exporter, provider) = provider();
    global::set_tracer_provider(provider.clone());
    let installed = Instant::now();
    while handle(&event()) == SpanId::INVALID {
        assert!(
            installed.elapsed() < Duration::from_millis(100),
            "never seen"
        );
    }
    assert_eq!(links_of(&exporter), 1);
    // The rule is exact, but a thread may be put to sleep between the two readings of the clock.
    let (_, next) = self::provider();
    global::set_tracer_provider(next);
    std::thread::sleep(Duration::from_millis(1));
    handle(&event());
    assert_eq!(links_of(&exporter), 1, "the old one was asked again");
    drop(provider);
}

#[test]
fn one_that_is_given_to_opentelemetry_replaces_one_that_was_given_to_us() {
    let _alone = without_provider();
    let (ours, provider) = provider();
    linked_span::set_tracer_provider(provider.clone());
    handle(&event());
    let (exporter, next) = self::provider();
    global::set_tracer_provider(next);
    std::thread::sleep(Duration::from_millis(1));
    handle(&event());
    assert_eq!((links_of(&ours), links_of(&exporter)), (1, 1));
    drop(provider);
}

/// Nobody is left to see spans, and the context stays the active one.
#[test]
fn one_that_was_shut_down() {
    let _alone = without_provider();
    let (exporter, provider) = provider();
    linked_span::set_tracer_provider(provider.clone());
    handle(&event());
    provider.shutdown().expect("a shutdown");
    let guard = linked_span_tests::active(producer(2)).attach();
    assert_eq!(handle(&event()), producer(2).span_id());
    drop(guard);
    assert_eq!(
        links_of(&exporter),
        0,
        "an exporter forgets what it has when it is shut down"
    );
}

/// What runs when a provider ends is the user's code, and may handle events itself.
#[test]
fn one_whose_end_handles_an_event() {
    #[derive(Debug)]
    struct HandlesAtTheEnd;

    impl SpanProcessor for HandlesAtTheEnd {
        fn on_start(&self, _: &mut Span, _: &Context) {}

        fn on_end(&self, _: SpanData) {}

        fn force_flush(&self) -> OTelSdkResult {
            Ok(())
        }

        fn shutdown_with_timeout(&self, _: Duration) -> OTelSdkResult {
            handle(&event());
            Ok(())
        }
    }

    let _alone = without_provider();
    let provider = SdkTracerProvider::builder()
        .with_span_processor(HandlesAtTheEnd)
        .build();
    linked_span::set_tracer_provider(provider);
    handle(&event());
    // The thread's tracer is the last to hold the first provider.
    let (exporter, next) = self::provider();
    linked_span::set_tracer_provider(next.clone());
    handle(&event());
    assert!(links_of(&exporter) >= 1);
    drop(next);
}
