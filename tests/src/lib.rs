//! An SDK that records what it receives, and helpers that query it.

mod bodies;
pub mod figures;
mod in_tracing;
pub mod joins;
mod recording;
mod shelf;
mod time;
mod two_places;

use std::sync::{Mutex, MutexGuard, PoisonError};

use opentelemetry::trace::{SpanContext, SpanId, TraceContextExt, TraceFlags, TraceId, TraceState};
use opentelemetry::{Context, KeyValue, Value};
use opentelemetry_sdk::trace::{
    InMemorySpanExporter, Sampler, SdkTracerProvider, ShouldSample, SpanData, TracerProviderBuilder,
};

pub use bodies::{here, here_and};
pub use in_tracing::{GlobalTracer, Globals, is_second_run, run_again_in_tracing};
pub use recording::{RecordingSampler, Sampled};
pub use shelf::Shelf;
pub use time::{Time, at, milliseconds, ms};
pub use two_places::assert_baggage_of_two_places;

/// The provider is global, so each test that installs one holds this lock.
static ALONE: Mutex<()> = Mutex::new(());

/// An SDK for one test. It keeps every span that ended, and every question to its sampler.
#[derive(Debug)]
pub struct Sdk {
    exporter: InMemorySpanExporter,
    sampler: RecordingSampler,
    _alone: MutexGuard<'static, ()>,
}

impl Sdk {
    /// Installs an SDK that records everything.
    #[must_use]
    pub fn install() -> Self {
        Self::install_with(Sampler::AlwaysOn)
    }

    /// Installs an SDK with this sampler.
    #[must_use]
    pub fn install_with(sampler: impl Into<Box<dyn ShouldSample>>) -> Self {
        Self::install_built(SdkTracerProvider::builder(), sampler)
    }

    /// Installs an SDK with this limit of links per span.
    #[must_use]
    pub fn install_with_link_limit(links: u32) -> Self {
        let builder = SdkTracerProvider::builder().with_max_links_per_span(links);
        Self::install_built(builder, Sampler::AlwaysOn)
    }

    /// Installs an SDK with this builder and sampler. In a second run of the program, it is inside `tracing`.
    #[must_use]
    pub fn install_built(
        builder: TracerProviderBuilder,
        sampler: impl Into<Box<dyn ShouldSample>>,
    ) -> Self {
        if is_second_run() {
            in_tracing::put_into_tracing();
        }
        let sampler = RecordingSampler::of(sampler);
        let alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
        let exporter = InMemorySpanExporter::default();
        linked_span::set_tracer_provider(
            builder
                .with_simple_exporter(exporter.clone())
                .with_sampler(sampler.clone())
                .build(),
        );
        Self {
            exporter,
            sampler,
            _alone: alone,
        }
    }

    /// Returns the ended spans in the order of their ends.
    ///
    /// # Panics
    ///
    /// If a test has panicked while it exported.
    #[must_use]
    pub fn spans(&self) -> Vec<SpanData> {
        self.exporter
            .get_finished_spans()
            .expect("an exporter that works")
    }

    /// Returns the only ended span.
    ///
    /// # Panics
    ///
    /// If there is none, or more than one.
    #[must_use]
    pub fn span(&self) -> SpanData {
        match <[SpanData; 1]>::try_from(self.spans()) {
            Ok([span]) => span,
            Err(spans) => panic!("expected one span: {spans:#?}"),
        }
    }

    /// Returns the span with this name.
    ///
    /// # Panics
    ///
    /// If there is none.
    #[must_use]
    pub fn span_called(&self, name: &str) -> SpanData {
        let spans = self.spans();
        match spans.iter().find(|span| span.name == name) {
            Some(span) => span.clone(),
            None => panic!("no span called {name}: {spans:#?}"),
        }
    }

    /// Returns the questions to the sampler.
    #[must_use]
    pub fn sampled(&self) -> Vec<Sampled> {
        self.sampler.asked()
    }
}

/// Returns a producer's context, a different one for each number.
#[must_use]
pub fn producer(number: u8) -> SpanContext {
    SpanContext::new(
        TraceId::from(0xaaaa_0000 + u128::from(number)),
        SpanId::from(0xbbbb_0000 + u64::from(number)),
        TraceFlags::SAMPLED,
        true,
        TraceState::from_key_value([("vendor", format!("state-{number}"))]).unwrap_or_default(),
    )
}

/// Returns a context in which that span is active.
#[must_use]
pub fn active(span: SpanContext) -> Context {
    Context::new().with_remote_span_context(span)
}

/// Returns the context's `traceparent`, as a producer writes it.
#[must_use]
pub fn traceparent(context: &SpanContext) -> String {
    format!(
        "00-{}-{}-{:02x}",
        context.trace_id(),
        context.span_id(),
        context.trace_flags()
    )
}

/// Returns attributes as pairs in their order, which tests can compare.
#[must_use]
pub fn pairs(attributes: &[KeyValue]) -> Vec<(&str, Value)> {
    attributes
        .iter()
        .map(|attribute| (attribute.key.as_str(), attribute.value.clone()))
        .collect()
}
