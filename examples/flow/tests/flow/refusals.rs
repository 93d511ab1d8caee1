//! Hostile and refused requests.

use std::io::Write;
use std::process::Command;
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use reqwest::Method;
use reqwest::blocking::{Client, Response};

use crate::server::{Server, request, span};

const PROTOBUF: &str = "application/x-protobuf";
const JSON: &str = "application/json";

fn send(server: &Server, headers: &[(&str, &str)], body: Vec<u8>) -> Response {
    let client = Client::builder()
        .timeout(Duration::from_secs(300))
        .build()
        .unwrap();
    let mut request = client.post(format!("{}/v1/traces", server.web)).body(body);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.send().unwrap()
}

fn gzip(plain: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(plain).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn request_under_another_name_is_misdirected() {
    let server = Server::with(&["--host", "Host.Docker.Internal"]);
    for (host, status) in [
        ("evil.example", 421),
        ("localhost.evil.example", 421),
        ("localhost:4318", 200),
        ("host.docker.internal:4318", 200),
        ("192.0.2.1", 200),
    ] {
        let get = Client::new()
            .get(format!("{}/", server.web))
            .header("host", host);
        assert_eq!(get.send().unwrap().status(), status, "{host}");
        let headers = [("host", host), ("content-type", JSON)];
        assert_eq!(
            send(&server, &headers, b"{}".to_vec()).status(),
            status,
            "{host}"
        );
    }
}

// Parameters of a media type change nothing: opentelemetry-collector#7452.
#[test]
fn content_type_is_protobuf_or_json_with_any_parameters() {
    let server = Server::start();
    for (content_type, status) in [
        ("application/json", 200),
        ("application/json; charset=utf-8", 200),
        ("Application/JSON;v=1", 200),
        ("text/plain", 415),
        ("application/x-www-form-urlencoded", 415),
        ("application/jsonx", 415),
    ] {
        assert_eq!(
            server.post(content_type, "{}").status(),
            status,
            "{content_type}"
        );
    }
    assert_eq!(send(&server, &[], b"{}".to_vec()).status(), 415);
    assert_eq!(server.post(PROTOBUF, "").status(), 200);
}

#[test]
fn content_encoding_is_gzip_or_none() {
    let server = Server::start();
    let encoded = |encoding, body: &[u8]| {
        send(
            &server,
            &[("content-type", JSON), ("content-encoding", encoding)],
            body.to_vec(),
        )
        .status()
    };
    assert_eq!(encoded("gzip", &gzip(b"{}")), 200);
    assert_eq!(encoded("identity", b"{}"), 200);
    assert_eq!(encoded("br", b"{}"), 415);
    assert_eq!(encoded("gzip, gzip", b"{}"), 415);
    assert_eq!(encoded("gzip", b"{}"), 400);
}

#[test]
fn request_of_more_than_four_mebibytes_is_too_large_also_after_gzip() {
    let server = Server::start();
    let limit = 4 << 20;
    let spaces = |count| [b"{}".to_vec(), vec![b' '; count]].concat();
    assert_eq!(server.post(JSON, spaces(limit - 2)).status(), 200);
    assert_eq!(server.post(JSON, spaces(limit - 1)).status(), 413);
    let bomb = gzip(&spaces(64 << 20));
    assert!(bomb.len() < limit);
    let headers = [("content-type", JSON), ("content-encoding", "gzip")];
    assert_eq!(send(&server, &headers, bomb).status(), 413);
    let page = server.page("/");
    assert!(
        page.contains("Refused: 2 requests. The last: send smaller batches"),
        "{page}"
    );
    assert_eq!(
        Server::with(&["--request-mib", "5"])
            .post(JSON, spaces(limit))
            .status(),
        200
    );
}

#[test]
fn malformed_request_is_refused_and_reported() {
    let server = Server::start();
    let deep = format!(
        "{}{}",
        r#"{"resourceSpans":"#.to_owned() + &"[".repeat(100_000),
        "]".repeat(100_000)
    );
    for body in [
        b"{".to_vec(),
        b"{\"resourceSpans\":[\"\xff\"]}".to_vec(),
        deep.into_bytes(),
    ] {
        assert_eq!(server.post(JSON, body).status(), 400);
    }
    assert_eq!(server.post(PROTOBUF, b"\x0a\xff".to_vec()).status(), 400);
    let hostile = server.post("text/<script>", "{}");
    assert_eq!(hostile.status(), 415);
    let page = server.page("/");
    assert!(
        page.contains("Refused: 5 requests.") && page.contains("text/&lt;script&gt;"),
        "{page}"
    );
}

#[test]
fn span_without_a_valid_id_is_reported_to_its_exporter_and_on_the_page() {
    let server = Server::start();
    let broken = span(0, "broken", &[]).replacen("0001", "junk", 1);
    let response = server.post(JSON, request(&[broken, span(1, "whole", &[])]));
    assert_eq!(response.status(), 200);
    let told: serde_json::Value = response.json().unwrap();
    assert_eq!(told["partialSuccess"]["rejectedSpans"], "1");
    assert!(
        server
            .page("/")
            .contains("Refused: 1 span without a valid id.")
    );
    assert_eq!(server.flows().len(), 1);
}

#[test]
fn logs_and_metrics_are_taken_and_forgotten() {
    let server = Server::start();
    for signal in ["logs", "metrics"] {
        let url = format!("{}/v1/{signal}", server.web);
        for content_type in [JSON, PROTOBUF] {
            let request = Client::new()
                .post(&url)
                .header("content-type", content_type);
            assert_eq!(
                request.body("not read at all").send().unwrap().status(),
                200,
                "{signal}"
            );
        }
    }
    assert!(server.flows().is_empty() && !server.page("/").contains("Refused"));
}

#[test]
fn page_of_another_origin_may_send_spans_only_if_it_is_named() {
    let named = "http://localhost:3000";
    let asked = |server: &Server, origin: &str| {
        let request = Client::new().request(Method::OPTIONS, format!("{}/v1/traces", server.web));
        let request = request
            .header("origin", origin)
            .header("access-control-request-method", "POST")
            .header("access-control-request-headers", "content-type");
        let response = request.send().unwrap();
        let header = response
            .headers()
            .get("access-control-allow-origin")
            .cloned();
        header.map(|header| header.to_str().unwrap().to_owned())
    };
    assert_eq!(asked(&Server::start(), named), None);
    let server = Server::with(&["--cors-origin", named]);
    assert_eq!(asked(&server, named).as_deref(), Some(named));
    assert_eq!(asked(&server, "http://localhost:3001"), None);
    let sent = send(
        &server,
        &[("origin", named), ("content-type", JSON)],
        b"{}".to_vec(),
    );
    assert_eq!(sent.headers()["access-control-allow-origin"], named);
}

#[test]
fn port_that_is_taken_is_named() {
    let server = Server::start();
    let port = server.web.rsplit(':').next().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_flow"))
        .args(["--http-port", port, "--grpc-port", "0"])
        .output()
        .unwrap();
    assert!(!output.status.success());
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(
        error.contains("--http-port") && error.contains(&format!("127.0.0.1:{port} is taken")),
        "{error}"
    );
}

#[test]
fn hostile_requests_at_the_same_time_take_little_memory() {
    let server = Server::start();
    // Empty spans, attributes and values are the smallest on the wire relative to their size in memory.
    let empty_spans = wrapped(b"\x12\x00", &[0x12, 0x0a]);
    let empty_attributes = wrapped(b"\x4a\x00", &[0x12, 0x12, 0x0a]);
    let empty_values = wrapped(b"\x0a\x00", &[0x2a, 0x12, 0x4a, 0x12, 0x12, 0x0a]);
    let json = format!(
        r#"{{"resourceSpans":[{{"scopeSpans":[{{"spans":[{}{{}}]}}]}}]}}"#,
        "{},".repeat(1_300_000)
    );
    let bodies = [
        (PROTOBUF, &empty_spans),
        (PROTOBUF, &empty_attributes),
        (PROTOBUF, &empty_values),
        (JSON, &json.into_bytes()),
        (PROTOBUF, &empty_spans),
        (PROTOBUF, &empty_attributes),
        (PROTOBUF, &empty_values),
    ];
    std::thread::scope(|scope| {
        for (content_type, body) in bodies {
            let server = &server;
            scope.spawn(move || {
                let headers = [("content-type", content_type)];
                let status = send(server, &headers, body.clone()).status();
                assert!(status == 200 || status == 400, "{status}");
            });
        }
    });
    let peak = server.peak();
    println!("peak: {peak} MiB");
    assert!(peak < 256, "{peak} MiB");
    assert!(server.page("/").contains("Kept: 0 spans"));
}

/// Repeats a part as often as it fits into a request, in messages with these tags, the innermost first.
fn wrapped(part: &[u8], tags: &[u8]) -> Vec<u8> {
    let mut message = part.repeat((4 << 20) / part.len() - 40);
    for tag in tags {
        let mut outer = vec![*tag];
        let mut length = message.len();
        while length > 0x7f {
            outer.push(u8::try_from(length & 0x7f).unwrap() | 0x80);
            length >>= 7;
        }
        outer.push(u8::try_from(length).unwrap());
        outer.extend(message);
        message = outer;
    }
    message
}
