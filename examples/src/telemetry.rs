//! The SDK of an example.

use std::env;

use opentelemetry_otlp::SpanExporter;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{InMemorySpanExporter, SdkTracerProvider, SpanData};

use crate::Failure;

const ENDPOINT: &str = "OTEL_EXPORTER_OTLP_ENDPOINT";

/// An installed SDK that keeps the spans it exports, so that an example can print them.
#[derive(Debug)]
pub struct Telemetry {
    provider: SdkTracerProvider,
    kept: InMemorySpanExporter,
}

impl Telemetry {
    /// Installs the SDK. If `OTEL_EXPORTER_OTLP_ENDPOINT` is set, it also exports there, with OTLP over plain HTTP.
    ///
    /// # Errors
    ///
    /// If that endpoint is not valid.
    pub fn install(service: &'static str) -> Result<Self, Failure> {
        let kept = InMemorySpanExporter::default();
        let mut provider = SdkTracerProvider::builder()
            .with_resource(Resource::builder().with_service_name(service).build())
            .with_simple_exporter(kept.clone());
        if env::var_os(ENDPOINT).is_some_and(|endpoint| !endpoint.is_empty()) {
            // The batch exporter has its own thread, in which the blocking client may block.
            let exporter = SpanExporter::builder().with_http().build()?;
            provider = provider.with_batch_exporter(exporter);
        }
        let provider = provider.build();
        linked_span::set_tracer_provider(provider.clone());
        Ok(Self { provider, kept })
    }

    /// Returns the spans that have ended.
    ///
    /// # Errors
    ///
    /// If a thread has panicked while it exported.
    pub fn spans(&self) -> Result<Vec<SpanData>, Failure> {
        Ok(self.kept.get_finished_spans()?)
    }

    /// Exports the remaining spans.
    ///
    /// # Errors
    ///
    /// If the export failed.
    pub fn shutdown(self) -> OTelSdkResult {
        // `shutdown` flushes too, but does not report a failed export.
        let exported = self.provider.force_flush();
        self.provider.shutdown()?;
        exported
    }
}
