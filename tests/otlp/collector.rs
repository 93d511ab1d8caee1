//! A collector in this process, and an SDK that exports to it.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use fake_opentelemetry_collector::{ExportedSpan, FakeCollectorServer};
use opentelemetry_otlp::{SpanExporter, WithExportConfig};
use opentelemetry_sdk::trace::SdkTracerProvider;
use tokio::runtime::Runtime;

/// Locks out other tests that install a provider, since the provider is global.
pub(crate) fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Runs `run`. Returns the spans that the collector received, once there are `spans` of them.
pub(crate) fn received(spans: usize, run: impl FnOnce()) -> Vec<ExportedSpan> {
    let _alone = alone();
    let runtime = Runtime::new().expect("a runtime");
    // The exporter looks for the runtime when it is created.
    let _entered = runtime.enter();
    let mut collector = runtime
        .block_on(FakeCollectorServer::start())
        .expect("a collector");
    let exporter = SpanExporter::builder()
        .with_tonic()
        .with_endpoint(collector.endpoint())
        .build()
        .expect("an exporter");
    let provider = SdkTracerProvider::builder()
        .with_batch_exporter(exporter)
        .build();
    linked_span::set_tracer_provider(provider.clone());

    run();

    provider.force_flush().expect("spans that were taken");
    provider.shutdown().expect("an end");
    let received = runtime.block_on(collector.exported_spans(spans, Duration::from_secs(20)));
    assert_eq!(received.len(), spans, "{received:#?}");
    received
}

/// A received link; the collector's own type cannot be named here.
#[derive(Debug)]
pub(crate) struct Link {
    pub(crate) trace_id: String,
    pub(crate) span_id: String,
    pub(crate) trace_state: String,
    pub(crate) attributes: BTreeMap<String, String>,
}

/// Returns a span's links. It asserts that the SDK dropped neither links nor their attributes.
pub(crate) fn links_of(span: &ExportedSpan) -> Vec<Link> {
    assert_eq!(span.dropped_links_count, 0);
    let links = span.links.iter().cloned().map(|link| {
        assert_eq!(link.dropped_attributes_count, 0);
        Link {
            trace_id: link.trace_id,
            span_id: link.span_id,
            trace_state: link.trace_state,
            attributes: link.attributes,
        }
    });
    links.collect()
}
