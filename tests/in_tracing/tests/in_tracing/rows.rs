//! The table "what a handler does" in the crate's documentation: a test for each row.

use linked_span::{Origin, linked_span};
use linked_span_tests::{Sdk, producer};
use opentelemetry::global;
use opentelemetry::trace::{SpanId, TraceContextExt};
use opentelemetry_sdk::trace::{InMemorySpanExporter, SdkTracerProvider};
use tracing::subscriber::with_default;
use tracing::{Span, info, instrument};
use tracing_subscriber::filter::{LevelFilter, filter_fn};
use tracing_subscriber::layer::{Layer, SubscriberExt};
use tracing_subscriber::registry;

use crate::lines_to;
use crate::shared::{Written, called, names, otel};

#[instrument]
fn inner() {}

#[linked_span(event)]
fn handle(event: &Origin) -> Option<&'static str> {
    info!("handling");
    inner();
    Span::current().metadata().map(tracing::Metadata::name)
}

fn event() -> Origin {
    producer(1).into()
}

fn active() -> SpanId {
    opentelemetry::Context::current()
        .span()
        .span_context()
        .span_id()
}

#[test]
fn no_layer_logs_show_the_handler_and_opentelemetry_gets_its_span() {
    let (sdk, written) = (Sdk::install(), Written::default());
    linked_span::use_tracing(true);
    with_default(registry().with(lines_to!(written)), || {
        assert_eq!(handle(&event()), Some("handle"));
    });
    assert_eq!(written.lines(), [" INFO handle: handling"]);
    let span = sdk.span();
    assert_eq!(span.links.links[0].span_context, producer(1));
}

#[test]
fn no_layer_and_no_provider_logs_show_the_handler() {
    let (sdk, written) = (Sdk::install(), Written::default());
    linked_span::set_tracer_provider(opentelemetry::trace::noop::NoopTracerProvider::new());
    linked_span::use_tracing(true);
    with_default(registry().with(lines_to!(written)), || {
        assert_eq!(handle(&event()), Some("handle"));
    });
    assert_eq!(written.lines(), [" INFO handle: handling"]);
    assert_eq!(sdk.spans().len(), 0);
}

/// The handler only makes an OpenTelemetry span, as without `tracing`.
#[test]
fn layer_with_another_tracer_gets_no_span_of_the_handler() {
    for activation in [true, false] {
        let (sdk, written) = (Sdk::install(), Written::default());
        linked_span::use_tracing(true);
        let other = tracing_opentelemetry::layer()
            .with_tracer(global::tracer("other"))
            .with_context_activation(activation);
        let subscriber = registry().with(other).with(lines_to!(written));
        with_default(subscriber, || {
            for _ in 0..2 {
                assert_eq!(handle(&event()), None);
            }
        });
        let spans = sdk.spans();
        assert_eq!(names(&spans), ["inner", "handle", "inner", "handle"]);
        let handler = called(&spans, "handle");
        assert_eq!(handler.links.links[0].span_context, producer(1));
        if activation {
            assert_eq!(spans[0].parent_span_id, handler.span_context.span_id());
        }
        assert_eq!(written.lines(), [" INFO handling", " INFO handling"]);
    }
}

#[test]
fn layers_own_filter_logs_show_the_handler_and_its_span_is_exported() {
    let (sdk, written) = (Sdk::install(), Written::default());
    let filter = filter_fn(|metadata| metadata.name() != "handle");
    let subscriber = registry()
        .with(lines_to!(written))
        .with(otel().with_filter(filter));
    with_default(subscriber, || {
        for _ in 0..2 {
            assert_eq!(handle(&event()), Some("handle"));
        }
    });
    assert_eq!(written.lines(), [" INFO handle: handling"; 2]);
    let spans = sdk.spans();
    assert_eq!(names(&spans), ["inner", "handle", "inner", "handle"]);
    assert_eq!(spans[1].links.links[0].span_context, producer(1));
    assert_eq!(spans[0].parent_span_id, spans[1].span_context.span_id());
}

#[test]
fn level_that_is_off_leaves_the_handler_to_opentelemetry() {
    let (sdk, written) = (Sdk::install(), Written::default());
    let subscriber = registry()
        .with(LevelFilter::WARN)
        .with(lines_to!(written))
        .with(otel());
    with_default(subscriber, || assert_eq!(handle(&event()), None));
    assert_eq!(written.lines(), [""; 0]);
    let spans = sdk.spans();
    assert_eq!(names(&spans), ["handle"]);
    assert_eq!(spans[0].links.links[0].span_context, producer(1));
}

#[instrument]
fn outer() {
    assert_eq!(handle(&event()), Some("handle"));
    let _ = active();
}

/// The handler does not see the outer `tracing` span, but an instrumented function inside it is its child.
#[test]
fn context_activation_off_has_one_span_with_links_and_children() {
    let (sdk, written) = (Sdk::install(), Written::default());
    let subscriber = registry()
        .with(lines_to!(written))
        .with(otel().with_context_activation(false));
    with_default(subscriber, || {
        assert_eq!(handle(&event()), Some("handle"));
        outer();
    });
    assert_eq!(
        written.lines(),
        [" INFO handle: handling", " INFO outer:handle: handling"]
    );
    let spans = sdk.spans();
    assert_eq!(
        names(&spans),
        ["inner", "handle", "inner", "handle", "outer"]
    );
    for (inner, handler) in [(&spans[0], &spans[1]), (&spans[2], &spans[3])] {
        assert_eq!(inner.parent_span_id, handler.span_context.span_id());
        assert_eq!(handler.links.links[0].span_context, producer(1));
        assert_eq!(handler.parent_span_id, SpanId::INVALID);
    }
}

/// tracing-opentelemetry panics at each span that two of its layers see. The handler must not fail, and its span is
/// exported.
#[test]
fn second_layer_does_not_fail_the_handler() {
    #[linked_span(event)]
    fn bare(event: &Origin) -> Option<&'static str> {
        Span::current().metadata().map(tracing::Metadata::name)
    }

    let sdk = Sdk::install();
    with_default(registry().with(otel()).with(otel()), || {
        assert_eq!(bare(&event()), None);
    });
    with_default(registry().with(otel()), || {
        assert_eq!(bare(&event()), Some("bare"));
    });
    let spans = sdk.spans();
    assert_eq!(names(&spans), ["bare", "bare"]);
    for span in &spans {
        assert_eq!(span.links.links[0].span_context, producer(1));
    }
}

/// A provider that only the layer has is used for handlers too.
#[test]
fn layers_provider_is_used_where_none_is_installed() {
    let _sdk = Sdk::install();
    linked_span::set_tracer_provider(opentelemetry::trace::noop::NoopTracerProvider::new());
    let exporter = InMemorySpanExporter::default();
    let provider = SdkTracerProvider::builder()
        .with_simple_exporter(exporter.clone())
        .build();
    let layer =
        tracing_opentelemetry::layer().with_tracer(linked_span::layer_tracer(provider, "shop"));
    with_default(registry().with(layer), || handle(&event()));
    let spans = exporter.get_finished_spans().expect("spans");
    assert_eq!(names(&spans), ["inner", "handle"]);
    let [inner, handler] = ["inner", "handle"].map(|name| called(&spans, name));
    assert_eq!(inner.parent_span_id, handler.span_context.span_id());
    assert_eq!(handler.links.links[0].span_context, producer(1));
    assert_eq!(
        handler.instrumentation_scope.name(),
        "linked-span-tests-in-tracing"
    );
}

#[test]
fn boxed_global_provider_is_a_layers_provider() {
    let sdk = Sdk::install();
    let tracer = linked_span::layer_tracer(global::tracer_provider(), "shop");
    let layer = tracing_opentelemetry::layer().with_tracer(tracer);
    with_default(registry().with(layer), || handle(&event()));
    assert_eq!(names(&sdk.spans()), ["inner", "handle"]);
}

#[test]
fn tracing_that_is_switched_off_again_leaves_handlers_alone() {
    let (sdk, written) = (Sdk::install(), Written::default());
    let subscriber = registry().with(lines_to!(written)).with(otel());
    linked_span::use_tracing(false);
    with_default(subscriber, || assert_eq!(handle(&event()), None));
    linked_span::use_tracing(true);
    assert_eq!(written.lines(), [" INFO handling"]);
    assert_eq!(names(&sdk.spans()), ["inner", "handle"]);
}
