//! The program on random ports.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use reqwest::blocking::{Client, Response};

/// A running `flow` process, which ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Server {
    process: Child,
    pub(crate) web: String,
    pub(crate) grpc: String,
}

impl Server {
    pub(crate) fn start() -> Self {
        Self::with(&[])
    }

    pub(crate) fn with(arguments: &[&str]) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_flow"))
            .args(["--http-port", "0", "--grpc-port", "0"])
            .args(arguments)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let _page = lines.next().unwrap().unwrap();
        let otlp = lines.next().unwrap().unwrap();
        let (web, grpc) = otlp
            .strip_prefix("OTLP over HTTP: ")
            .and_then(|otlp| otlp.split_once(", over gRPC: "))
            .unwrap();
        let (web, grpc) = (web.to_owned(), grpc.to_owned());
        Self { process, web, grpc }
    }

    pub(crate) fn get(&self, path: &str) -> Response {
        Client::new()
            .get(format!("{}{path}", self.web))
            .send()
            .unwrap()
    }

    pub(crate) fn page(&self, path: &str) -> String {
        self.get(path).text().unwrap()
    }

    pub(crate) fn post(&self, content_type: &str, body: impl Into<Vec<u8>>) -> Response {
        let request = Client::new().post(format!("{}/v1/traces", self.web));
        request
            .header("content-type", content_type)
            .body(body.into())
            .send()
            .unwrap()
    }

    pub(crate) fn send(&self, json: &str) {
        assert_eq!(self.post("application/json", json).status(), 200);
    }

    /// Returns the paths of the listed flows.
    pub(crate) fn flows(&self) -> Vec<String> {
        let page = self.page("/");
        let paths = page
            .split("<a href=\"")
            .filter(|part| part.starts_with("/flow/"));
        paths
            .map(|part| part.split('"').next().unwrap().to_owned())
            .collect()
    }

    /// Waits until the list shows `count` flows.
    pub(crate) fn flows_eventually(&self, count: usize) -> Vec<String> {
        let deadline = Instant::now() + Duration::from_secs(60);
        loop {
            let flows = self.flows();
            if flows.len() == count {
                return flows;
            }
            assert!(
                Instant::now() < deadline,
                "{} flows instead of {count}",
                flows.len()
            );
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Returns the process's peak memory in MiB.
    pub(crate) fn peak(&self) -> usize {
        let status =
            std::fs::read_to_string(format!("/proc/{}/status", self.process.id())).unwrap();
        let line = status
            .lines()
            .find(|line| line.starts_with("VmHWM:"))
            .unwrap();
        line.split_whitespace()
            .nth(1)
            .unwrap()
            .parse::<usize>()
            .unwrap()
            / 1_024
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ended = self.process.kill();
        let _status = self.process.wait();
    }
}

pub(crate) fn trace(number: u64) -> String {
    format!("{:032x}", number + 1)
}

pub(crate) fn id(number: u64) -> String {
    format!("{:016x}", number + 1)
}

/// Returns a span as JSON: the first of its trace, linked to the first spans of other traces.
pub(crate) fn span(number: u64, name: &str, links: &[u64]) -> String {
    let links: Vec<String> = links
        .iter()
        .map(|&to| {
            format!(
                r#"{{"traceId":"{}","spanId":"{}","attributes":[{{"key":"link.relationship","value":{{"stringValue":"because"}}}}]}}"#,
                trace(to),
                id(0),
            )
        })
        .collect();
    let name = name.replace('\\', "\\\\").replace('"', "\\\"");
    format!(
        r#"{{"traceId":"{}","spanId":"{}","name":"{name}","kind":4,"startTimeUnixNano":"17{:017}","endTimeUnixNano":"17{:017}","links":[{}]}}"#,
        trace(number),
        id(0),
        number * 1_000_000,
        number * 1_000_000 + 500_000,
        links.join(","),
    )
}

pub(crate) fn request(spans: &[String]) -> String {
    format!(
        r#"{{"resourceSpans":[{{"resource":{{"attributes":[{{"key":"service.name","value":{{"stringValue":"shop"}}}}]}},"scopeSpans":[{{"spans":[{}]}}]}}]}}"#,
        spans.join(","),
    )
}
