//! The SDK without an exporter, whose work is not compared.

use std::hint::black_box;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use opentelemetry::Context;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{Sampler, SdkTracerProvider, Span, SpanData, SpanProcessor};

use crate::layers::Layers;

/// The installed providers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sdk {
    Sampling,
    NotSampling,
    Absent,
    /// These layers of `tracing`, in which this crate's spans are too, and an SDK that samples.
    InTracing(Layers),
    /// No tracer provider, and a meter provider.
    #[cfg(feature = "metrics")]
    Measuring,
}

impl Sdk {
    pub(crate) fn provider(self) -> Option<SdkTracerProvider> {
        let sampler = match self {
            Self::Absent | Self::InTracing(Layers::NoProvider) => return None,
            Self::Sampling | Self::InTracing(_) => Sampler::AlwaysOn,
            Self::NotSampling => Sampler::AlwaysOff,
            #[cfg(feature = "metrics")]
            Self::Measuring => return None,
        };
        let builder = SdkTracerProvider::builder().with_sampler(sampler);
        Some(builder.with_span_processor(Links).build())
    }

    /// Whether spans end with their links.
    pub(crate) fn samples(self) -> bool {
        match self {
            Self::Sampling => true,
            Self::InTracing(layers) => layers != Layers::NoProvider,
            _ => false,
        }
    }
}

static LINKS: AtomicUsize = AtomicUsize::new(0);

/// Returns the number of links of ended spans.
pub(crate) fn links() -> usize {
    LINKS.load(Ordering::Relaxed)
}

pub(crate) fn count_links(links: usize) {
    LINKS.fetch_add(links, Ordering::Relaxed);
}

/// Counts the links of spans, and does nothing else.
#[derive(Debug)]
struct Links;

impl SpanProcessor for Links {
    fn on_start(&self, _: &mut Span, _: &Context) {}

    fn on_end(&self, span: SpanData) {
        count_links(span.links.len());
        black_box(span);
    }

    fn force_flush(&self) -> OTelSdkResult {
        Ok(())
    }

    fn shutdown_with_timeout(&self, _: Duration) -> OTelSdkResult {
        Ok(())
    }
}
