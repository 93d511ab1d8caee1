//! The user's code that runs during a handler: samplers, processors, exporters and layers.

use std::cell::Cell;
use std::time::Duration;

use linked_span::{Origin, linked_span};
use linked_span_tests::{Sdk, producer};
use opentelemetry::trace::{Link, SpanKind, TraceId};
use opentelemetry::{Context, KeyValue};
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::logs::{LogBatch, LogExporter, SdkLoggerProvider};
use opentelemetry_sdk::trace::{
    Sampler, SamplingResult, SdkTracerProvider, ShouldSample, Span, SpanData, SpanProcessor,
};
use tracing::span::{Attributes, Id};
use tracing::subscriber::with_default;
use tracing::{Subscriber, info, instrument};
use tracing_subscriber::layer::{self, Layer, SubscriberExt};
use tracing_subscriber::registry;
use tracing_subscriber::registry::LookupSpan;

use crate::shared::{called, events, names, otel};

fn event() -> Origin {
    producer(1).into()
}

#[linked_span(event)]
fn handle(event: &Origin) -> u8 {
    info!("handling");
    inner();
    7
}

#[linked_span(event)]
fn nested(event: &Origin) {}

#[instrument]
fn inner() {}

thread_local! {
    /// Set while the sampler handles an event, so that it does not handle another for that span.
    static INSIDE: Cell<bool> = const { Cell::new(false) };
}

fn once_inside(run: impl FnOnce()) {
    if !INSIDE.replace(true) {
        run();
        INSIDE.set(false);
    }
}

#[derive(Clone, Debug)]
struct Busy;

impl ShouldSample for Busy {
    fn should_sample(
        &self,
        parent: Option<&Context>,
        trace_id: TraceId,
        name: &str,
        kind: &SpanKind,
        attributes: &[KeyValue],
        links: &[Link],
    ) -> SamplingResult {
        once_inside(|| {
            info!("sampling");
            inner();
            nested(&event());
        });
        Sampler::AlwaysOn.should_sample(parent, trace_id, name, kind, attributes, links)
    }
}

/// A sampler that logged inside the layer's lock deadlocked: tracing-opentelemetry#250, #251.
#[test]
fn sampler_that_logs_and_handles_an_event_does_not_deadlock() {
    let sdk = Sdk::install_with(Busy);
    with_default(registry().with(otel()), || assert_eq!(handle(&event()), 7));
    let spans = sdk.spans();
    let handler = called(&spans, "handle");
    assert_eq!(events(handler), ["handling"]);
    assert_eq!(handler.links.links[0].span_context, producer(1));
    assert!(spans.iter().any(|span| span.name == "nested"));
}

#[derive(Debug)]
struct Logs;

impl SpanProcessor for Logs {
    fn on_start(&self, _: &mut Span, _: &Context) {
        once_inside(|| {
            info!("starting");
            nested(&event());
        });
    }

    fn on_end(&self, _: SpanData) {
        once_inside(|| {
            info!("ending");
            nested(&event());
        });
    }

    fn force_flush(&self) -> OTelSdkResult {
        Ok(())
    }

    fn shutdown_with_timeout(&self, _: Duration) -> OTelSdkResult {
        Ok(())
    }
}

/// A processor that logged at the end of a span recursed without end: tracing-opentelemetry#260.
#[test]
fn processor_that_logs_and_handles_an_event_does_not_deadlock() {
    let builder = SdkTracerProvider::builder().with_span_processor(Logs);
    let sdk = Sdk::install_built(builder, Sampler::AlwaysOn);
    with_default(registry().with(otel()), || assert_eq!(handle(&event()), 7));
    // The second span belongs to the instrumented function, which ends inside the body.
    assert_eq!(
        events(called(&sdk.spans(), "handle")),
        ["handling", "ending"]
    );
}

#[derive(Clone, Debug)]
struct PanicsFor(&'static str);

impl ShouldSample for PanicsFor {
    fn should_sample(
        &self,
        parent: Option<&Context>,
        trace_id: TraceId,
        name: &str,
        kind: &SpanKind,
        attributes: &[KeyValue],
        links: &[Link],
    ) -> SamplingResult {
        assert!(name != self.0, "no decision");
        Sampler::AlwaysOn.should_sample(parent, trace_id, name, kind, attributes, links)
    }
}

#[test]
fn sampler_that_panics_costs_one_span_and_no_other() {
    for (unlucky, exported) in [
        ("handle", vec!["inner", "nested"]),
        ("inner", vec!["handle", "nested"]),
    ] {
        let sdk = Sdk::install_with(PanicsFor(unlucky));
        with_default(registry().with(otel()), || {
            assert_eq!(handle(&event()), 7);
            nested(&event());
        });
        assert_eq!(names(&sdk.spans()), exported, "{unlucky}");
    }
}

/// A layer that panics in this method.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Panics {
    New,
    Enter,
    Exit,
    Close,
}

impl<S: Subscriber + for<'span> LookupSpan<'span>> Layer<S> for Panics {
    fn on_new_span(&self, _: &Attributes<'_>, id: &Id, context: layer::Context<'_, S>) {
        assert!(*self != Self::New || !is_handler(id, &context), "new");
    }

    fn on_enter(&self, id: &Id, context: layer::Context<'_, S>) {
        assert!(*self != Self::Enter || !is_handler(id, &context), "enter");
    }

    fn on_exit(&self, id: &Id, context: layer::Context<'_, S>) {
        assert!(*self != Self::Exit || !is_handler(id, &context), "exit");
    }

    fn on_close(&self, id: Id, context: layer::Context<'_, S>) {
        assert!(*self != Self::Close || !is_handler(&id, &context), "close");
    }
}

fn is_handler<S>(id: &Id, context: &layer::Context<'_, S>) -> bool
where
    S: Subscriber + for<'span> LookupSpan<'span>,
{
    context.span(id).is_some_and(|span| span.name() == "handle")
}

#[test]
fn layer_that_panics_does_not_fail_the_handler() {
    for panics in [Panics::New, Panics::Enter, Panics::Exit, Panics::Close] {
        let sdk = Sdk::install();
        with_default(registry().with(panics).with(otel()), || {
            assert_eq!(handle(&event()), 7);
        });
        let spans = sdk.spans();
        let handler = called(&spans, "handle");
        assert_eq!(handler.links.links[0].span_context, producer(1));
    }
}

/// Handles an event while another handler's `tracing` span is created, before the OpenTelemetry layer sees that span.
struct HandlesAtNew;

impl<S: Subscriber> Layer<S> for HandlesAtNew {
    fn on_new_span(&self, attributes: &Attributes<'_>, _: &Id, _: layer::Context<'_, S>) {
        if attributes.metadata().name() == "handle" {
            once_inside(|| {
                inner();
                nested(&event());
            });
        }
    }
}

#[test]
fn layer_that_handles_an_event_does_not_take_the_handlers_span() {
    let sdk = Sdk::install();
    with_default(registry().with(HandlesAtNew).with(otel()), || {
        assert_eq!(handle(&event()), 7);
    });
    let spans = sdk.spans();
    assert_eq!(events(called(&spans, "handle")), ["handling"]);
    assert_eq!(called(&spans, "nested").links.links.len(), 1);
    assert_eq!(spans.iter().filter(|span| span.name == "handle").count(), 1);
}

#[derive(Debug)]
struct HandlingExporter(std::sync::Arc<std::sync::atomic::AtomicUsize>);

impl LogExporter for HandlingExporter {
    async fn export(&self, _: LogBatch<'_>) -> OTelSdkResult {
        self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        info!("exporting");
        handle(&event());
        Ok(())
    }
}

/// An exporter that logs its own work would export for ever: opentelemetry-rust#1171.
#[test]
fn log_exporter_that_handles_an_event_does_not_loop() {
    let sdk = Sdk::install();
    let exports = std::sync::Arc::default();
    let logs = SdkLoggerProvider::builder()
        .with_simple_exporter(HandlingExporter(std::sync::Arc::clone(&exports)))
        .build();
    let appender = opentelemetry_appender_tracing::layer::OpenTelemetryTracingBridge::new(&logs);
    with_default(registry().with(otel()).with(appender), || {
        nested(&event());
        info!("once");
    });
    assert_eq!(exports.load(std::sync::atomic::Ordering::Relaxed), 1);
    assert_eq!(names(&sdk.spans()), ["nested"]);
}
