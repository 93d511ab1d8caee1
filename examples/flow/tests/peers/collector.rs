//! A collector between an exporter and the page.

use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use opentelemetry::KeyValue;
use opentelemetry::trace::{Link, TraceContextExt, Tracer, TracerProvider};
use opentelemetry_otlp::{SpanExporter, WithExportConfig};
use opentelemetry_sdk::trace::SdkTracerProvider;

use crate::installed;
use crate::server::Server;

/// A running collector, which ends when this is dropped.
struct Collector(Child);

impl Collector {
    /// Starts a collector that listens on this port, and exports over this protocol.
    fn start(port: u16, protocol: &str, endpoint: &str) -> Self {
        let other = free_port();
        let scripts = installed("bin/python");
        let mut packages = Command::new(scripts);
        let found = packages.args([
            "-c",
            "import rotel, os; print(os.path.dirname(rotel.__file__))",
        ]);
        let folder = String::from_utf8(found.output().unwrap().stdout).unwrap();
        let process = Command::new(format!("{}/rotel-agent", folder.trim()))
            .arg("start")
            .args(["--otlp-http-endpoint", &format!("127.0.0.1:{port}")])
            .args(["--otlp-grpc-endpoint", &format!("127.0.0.1:{other}")])
            .args(["--exporter", "otlp", "--otlp-exporter-protocol", protocol])
            .args(["--otlp-exporter-endpoint", endpoint])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let collector = Self(process);
        let deadline = Instant::now() + Duration::from_secs(60);
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(Instant::now() < deadline, "the collector does not listen");
            std::thread::sleep(Duration::from_millis(50));
        }
        collector
    }
}

impl Drop for Collector {
    fn drop(&mut self) {
        let _killed = self.0.kill();
        let _status = self.0.wait();
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port()
}

#[test]
fn collector_in_between_changes_nothing() {
    for protocol in ["http", "grpc"] {
        let server = Server::start();
        let port = free_port();
        let endpoint = if protocol == "grpc" {
            &server.grpc
        } else {
            &server.web
        };
        let _collector = Collector::start(port, protocol, endpoint);
        let exporter = SpanExporter::builder()
            .with_http()
            .with_endpoint(format!("http://127.0.0.1:{port}/v1/traces"))
            .build()
            .unwrap();
        let provider = SdkTracerProvider::builder()
            .with_batch_exporter(exporter)
            .build();
        let tracer = provider.tracer("test");
        let cause = tracer.in_span("send", |context| context.span().span_context().clone());
        let why = vec![KeyValue::new("link.relationship", "because")];
        let handler = tracer
            .span_builder("handle")
            .with_links(vec![Link::new(cause, why, 0)]);
        tracer.in_span_with_builder(handler, |_| {});
        provider.force_flush().unwrap();

        let flow = server.page(&server.flows_eventually(1)[0]);
        for part in ["send", "handle", "because", "2 traces"] {
            assert!(flow.contains(part), "{protocol}: {part}");
        }
    }
}
