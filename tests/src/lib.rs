//! What the tests of linked-span share: an SDK that keeps what it is given, and words to ask it with.

mod bodies;
pub mod figures;
pub mod joins;
mod recording;
mod time;

use std::sync::{Mutex, MutexGuard, PoisonError};

use opentelemetry::trace::{SpanContext, SpanId, TraceContextExt, TraceFlags, TraceId, TraceState};
use opentelemetry::{Context, KeyValue, Value};
use opentelemetry_sdk::trace::{
    InMemorySpanExporter, Sampler, SdkTracerProvider, ShouldSample, SpanData, TracerProviderBuilder,
};

pub use bodies::{here, here_and};
pub use recording::{RecordingSampler, Sampled};
pub use time::Time;

/// The provider is global, so each test that installs one holds this lock.
static ALONE: Mutex<()> = Mutex::new(());

/// An SDK that is installed for one test, and keeps every span that ended and every question to its sampler.
#[derive(Debug)]
pub struct Sdk {
    exporter: InMemorySpanExporter,
    sampler: RecordingSampler,
    _alone: MutexGuard<'static, ()>,
}

impl Sdk {
    /// Installs one that records everything.
    #[must_use]
    pub fn install() -> Self {
        Self::install_with(Sampler::AlwaysOn)
    }

    /// Installs one that asks this sampler.
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

    /// Installs one that is built with more than this keeps of it.
    #[must_use]
    pub fn install_built(
        builder: TracerProviderBuilder,
        sampler: impl Into<Box<dyn ShouldSample>>,
    ) -> Self {
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

    /// The spans that have ended, in that order.
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

    /// The only span that has ended.
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

    /// The span of this name.
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

    /// What the sampler was asked.
    #[must_use]
    pub fn sampled(&self) -> Vec<Sampled> {
        self.sampler.asked()
    }
}

/// A producer's context, a different one for each number.
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

/// An ambient context with that span active.
#[must_use]
pub fn active(span: SpanContext) -> Context {
    Context::new().with_remote_span_context(span)
}

/// The context's `traceparent`, as a producer writes it.
#[must_use]
pub fn traceparent(context: &SpanContext) -> String {
    format!(
        "00-{}-{}-{:02x}",
        context.trace_id(),
        context.span_id(),
        context.trace_flags()
    )
}

/// Attributes as pairs that are easily compared, in their order.
#[must_use]
pub fn pairs(attributes: &[KeyValue]) -> Vec<(&str, Value)> {
    attributes
        .iter()
        .map(|attribute| (attribute.key.as_str(), attribute.value.clone()))
        .collect()
}
