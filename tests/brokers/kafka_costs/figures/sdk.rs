//! The SDK without an exporter, whose work is not compared.

use std::hint::black_box;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use opentelemetry::Context;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{SdkTracerProvider, Span, SpanData, SpanProcessor};

static LINKS: AtomicUsize = AtomicUsize::new(0);

/// Returns the number of links of ended spans.
pub(crate) fn links() -> usize {
    LINKS.load(Ordering::Relaxed)
}

pub(crate) fn provider() -> SdkTracerProvider {
    let builder = SdkTracerProvider::builder();
    builder.with_span_processor(Links).build()
}

/// Counts the links of spans, and does nothing else.
#[derive(Debug)]
struct Links;

impl SpanProcessor for Links {
    fn on_start(&self, _: &mut Span, _: &Context) {}

    fn on_end(&self, span: SpanData) {
        LINKS.fetch_add(span.links.len(), Ordering::Relaxed);
        black_box(span);
    }

    fn force_flush(&self) -> OTelSdkResult {
        Ok(())
    }

    fn shutdown_with_timeout(&self, _: Duration) -> OTelSdkResult {
        Ok(())
    }
}
