//! A service in Python between two in Rust.

use std::process::Command;

use linked_span::{LinkedEvent, linked_span};
use opentelemetry::global;
use opentelemetry::trace::{SpanKind, Tracer};
use opentelemetry_otlp::{SpanExporter, WithExportConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SdkTracerProvider;

use crate::installed;
use crate::server::Server;

#[derive(LinkedEvent)]
struct Event {
    /// The headers of a message.
    metadata: Vec<(String, String)>,
}

#[linked_span(event, relationship = "priced")]
fn ship(event: &Event) {
    let _ = event;
}

fn order() -> Vec<(String, String)> {
    let tracer = global::tracer("shop");
    let span = tracer
        .span_builder("create_order")
        .with_kind(SpanKind::Producer);
    tracer.in_span_with_builder(span, |_| {
        let mut headers = Vec::new();
        linked_span::inject(&mut headers);
        headers
    })
}

/// Handles an event in Python over this protocol. Returns the context of the event that it sends.
fn price(server: &Server, protocol: &str, traceparent: &str) -> String {
    let endpoint = if protocol == "grpc" {
        &server.grpc
    } else {
        &server.web
    };
    let output = Command::new(installed("bin/python"))
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/peers/peer.py"))
        .args([protocol, traceparent])
        .env("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

#[test]
fn service_in_python_is_in_the_same_flow() {
    let server = Server::start();
    let exporter = SpanExporter::builder()
        .with_http()
        .with_endpoint(format!("{}/v1/traces", server.web))
        .build()
        .unwrap();
    let provider = SdkTracerProvider::builder()
        .with_resource(Resource::builder().with_service_name("rust").build())
        .with_batch_exporter(exporter)
        .build();
    linked_span::set_tracer_provider(provider.clone());

    for protocol in ["http", "grpc"] {
        let headers = order();
        let traceparent = &headers
            .iter()
            .find(|(name, _)| name == "traceparent")
            .unwrap()
            .1;
        let priced = price(&server, protocol, traceparent);
        ship(&Event {
            metadata: vec![("traceparent".to_owned(), priced)],
        });
    }
    provider.force_flush().unwrap();

    for path in server.flows_eventually(2) {
        let flow = server.page(&path);
        for part in [
            "create_order",
            "process orders",
            "send prices",
            "ship",
            "3 traces",
            "4 spans",
            "python, rust",
        ] {
            assert!(flow.contains(part), "{part}");
        }
        // The drawing has both links and the time between them.
        assert_eq!(flow.matches(r#"class="link""#).count(), 2);
        assert!(flow.contains(">ordered</text>") && flow.contains(">priced</text>"));
    }
    assert!(!server.page("/").contains("Refused"));
}
