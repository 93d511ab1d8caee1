//! A collector between an exporter and the page.

use std::net::{TcpListener, TcpStream};
use std::process::{self, Child, Command, Stdio};
use std::time::{Duration, Instant};

use opentelemetry::KeyValue;
use opentelemetry::trace::{Link, TraceContextExt, Tracer, TracerProvider};
use opentelemetry_otlp::{SpanExporter, WithExportConfig};
use opentelemetry_sdk::trace::SdkTracerProvider;

use crate::installed;
use crate::server::Server;

/// A running collector, which ends when this is dropped.
struct Collector {
    process: Child,
    port: u16,
}

impl Collector {
    /// Starts a collector that exports over this protocol.
    fn start(protocol: &str, endpoint: &str) -> Self {
        let [port, other] = free_ports();
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
        let collector = Self { process, port };
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
        let _killed = self.process.kill();
        let _status = self.process.wait();
    }
}

/// Returns ports on which nothing listens.
///
/// They are below those that the system gives to outgoing connections, which could take a port before the collector listens.
fn free_ports() -> [u16; 2] {
    // Another program's tests may run at the same time.
    let first = 20_000 + u16::try_from(process::id() % 10_000).expect("small");
    let mut free = (first..32_000).filter(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok());
    [(); 2].map(|()| free.next().expect("a port"))
}

#[test]
fn collector_in_between_changes_nothing() {
    for protocol in ["http", "grpc"] {
        let server = Server::start();
        let endpoint = if protocol == "grpc" {
            &server.grpc
        } else {
            &server.web
        };
        let collector = Collector::start(protocol, endpoint);
        let exporter = SpanExporter::builder()
            .with_http()
            .with_endpoint(format!("http://127.0.0.1:{}/v1/traces", collector.port))
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
