//! Subscribers, and their output.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use linked_span::LayerTracer;
use linked_span_tests::{GlobalTracer, Globals};
use opentelemetry::Value;
use opentelemetry_sdk::trace::SpanData;
use tracing::Subscriber;
use tracing_opentelemetry::OpenTelemetryLayer;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::registry::LookupSpan;

/// Returns tracing-opentelemetry's layer with the tests' tracer.
pub(crate) fn otel<S>() -> OpenTelemetryLayer<S, LayerTracer<GlobalTracer>>
where
    S: Subscriber + for<'span> LookupSpan<'span>,
{
    tracing_opentelemetry::layer().with_tracer(linked_span::layer_tracer(Globals, "tests"))
}

/// The output of a formatting layer.
#[derive(Clone, Debug, Default)]
pub(crate) struct Written(Arc<Mutex<Vec<u8>>>);

impl Written {
    pub(crate) fn text(&self) -> String {
        let written = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8(written.clone()).expect("text")
    }

    pub(crate) fn lines(&self) -> Vec<String> {
        self.text().lines().map(str::to_owned).collect()
    }
}

impl io::Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut written = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        written.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Written {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

/// Creates a layer that formats without colours and times.
#[macro_export]
macro_rules! lines_to {
    ($written:expr) => {
        tracing_subscriber::fmt::layer()
            .with_ansi(false)
            .without_time()
            .with_target(false)
            .with_writer($written.clone())
    };
}

pub(crate) fn called<'s>(spans: &'s [SpanData], name: &str) -> &'s SpanData {
    let mut spans = spans.iter();
    spans
        .find(|span| span.name == name)
        .expect("a span of this name")
}

pub(crate) fn names(spans: &[SpanData]) -> Vec<&str> {
    spans.iter().map(|span| &*span.name).collect()
}

pub(crate) fn events(span: &SpanData) -> Vec<&str> {
    span.events.iter().map(|event| &*event.name).collect()
}

pub(crate) fn attribute(span: &SpanData, key: &str) -> Option<Value> {
    let mut attributes = span.attributes.iter();
    attributes
        .find(|attribute| attribute.key.as_str() == key)
        .map(|attribute| attribute.value.clone())
}
