//! The SDK's exporters over both protocols.

use std::time::Duration;

use opentelemetry::KeyValue;
use opentelemetry::trace::{Link, SpanContext, SpanKind, TraceContextExt, Tracer, TracerProvider};
use opentelemetry_otlp::{
    Compression, SpanExporter, WithExportConfig, WithHttpConfig, WithTonicConfig,
};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SdkTracerProvider;

use crate::server::Server;

fn provider(exporter: SpanExporter, service: &'static str) -> SdkTracerProvider {
    SdkTracerProvider::builder()
        .with_resource(Resource::builder().with_service_name(service).build())
        .with_batch_exporter(exporter)
        .build()
}

/// Creates a span that is linked to others.
fn span(provider: &SdkTracerProvider, name: &'static str, causes: &[SpanContext]) -> SpanContext {
    let tracer = provider.tracer("test");
    let links = causes.iter().map(|cause| {
        Link::new(
            cause.clone(),
            vec![KeyValue::new("link.relationship", "because")],
            0,
        )
    });
    let span = tracer
        .span_builder(name)
        .with_kind(SpanKind::Consumer)
        .with_links(links.collect());
    tracer.in_span_with_builder(span, |context| context.span().span_context().clone())
}

fn over_http(server: &Server, compression: Option<Compression>) -> SpanExporter {
    let exporter = SpanExporter::builder()
        .with_http()
        .with_endpoint(format!("{}/v1/traces", server.web))
        .with_timeout(Duration::from_secs(30));
    let exporter = match compression {
        Some(compression) => exporter.with_compression(compression),
        None => exporter,
    };
    exporter.build().unwrap()
}

fn over_grpc(server: &Server, compression: Option<Compression>) -> SpanExporter {
    let exporter = SpanExporter::builder()
        .with_tonic()
        .with_endpoint(&server.grpc)
        .with_timeout(Duration::from_secs(30));
    let exporter = match compression {
        Some(compression) => exporter.with_compression(compression),
        None => exporter,
    };
    exporter.build().unwrap()
}

/// Exports one flow from two services, each with its own exporter.
fn one_flow(server: &Server, first: SpanExporter, second: SpanExporter) {
    let (shop, mail) = (provider(first, "shop"), provider(second, "mail"));
    let cause = span(&shop, "create_order", &[]);
    span(&mail, "send_email", &[cause]);
    mail.force_flush().unwrap();
    shop.force_flush().unwrap();
    let flow = server.page(&server.flows_eventually(1)[0]);
    for part in [
        "create_order",
        "send_email",
        "shop",
        "mail",
        "because",
        "2 traces",
    ] {
        assert!(flow.contains(part), "{part}");
    }
}

#[test]
fn exporters_over_http_make_one_flow() {
    let server = Server::start();
    one_flow(&server, over_http(&server, None), over_http(&server, None));
}

#[test]
fn exporters_over_http_with_gzip_make_one_flow() {
    let server = Server::start();
    let gzip = || over_http(&server, Some(Compression::Gzip));
    one_flow(&server, gzip(), gzip());
}

#[tokio::test(flavor = "multi_thread")]
async fn exporters_over_grpc_make_one_flow() {
    let server = tokio::task::spawn_blocking(Server::start).await.unwrap();
    let (first, second) = (
        over_grpc(&server, None),
        over_grpc(&server, Some(Compression::Gzip)),
    );
    tokio::task::spawn_blocking(move || one_flow(&server, first, second))
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn export_over_grpc_above_the_limit_fails_and_is_reported() {
    let server = tokio::task::spawn_blocking(|| Server::with(&["--request-mib", "1"]))
        .await
        .unwrap();
    let exporter = over_grpc(&server, Some(Compression::Gzip));
    tokio::task::spawn_blocking(move || {
        let provider = provider(exporter, "shop");
        let tracer = provider.tracer("test");
        let large = "x".repeat(2 << 20);
        tracer.in_span("large", |context| {
            context.span().set_attribute(KeyValue::new("large", large));
        });
        assert!(provider.force_flush().is_err());
        assert!(server.page("/").contains("Refused: 1 request."));
    })
    .await
    .unwrap();
}
