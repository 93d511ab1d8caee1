//! Processes whose clocks differ by two hours, with joins whose timeout is one hour.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use linked_span_tests_stores::servers::Server;

const CLOCKS: [&str; 3] = ["-2h", "+2h", "+0h"];

const KEYS: usize = 30;

/// The workers' clocks make no difference: no join expires, and no two workers run one join.
fn join_over(url: &str) {
    let folder = tempfile::tempdir().unwrap();
    let mut workers = CLOCKS.map(|clock| Worker::start(clock, url, folder.path()));
    for key in 0..KEYS {
        for input in 0..3 {
            // Each clock makes the first arrival at some keys, and the last one at others.
            let worker = &mut workers[(key + input) % 3];
            assert_eq!(worker.deliver(key, input), "ack", "{key} {input}");
        }
    }
    let bodies = std::fs::read_to_string(folder.path().join("bodies")).unwrap();
    assert_eq!(bodies.lines().count(), KEYS);
}

struct Worker(Child);

impl Worker {
    fn start(clock: &str, url: &str, folder: &Path) -> Self {
        let started = Command::new("faketime")
            .args(["-f", clock, env!("CARGO_BIN_EXE_worker"), url])
            .arg(folder)
            .arg("singles")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn();
        Self(started.expect("is `faketime` installed?"))
    }

    fn deliver(&mut self, key: usize, input: usize) -> String {
        let messages = self.0.stdin.as_mut().unwrap();
        writeln!(messages, "0 {key} {input}").unwrap();
        let mut line = String::new();
        let mut says = BufReader::with_capacity(1, self.0.stdout.as_mut().unwrap());
        says.read_line(&mut line).unwrap();
        line.trim_start_matches("0 ").trim_end().to_owned()
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn redis_store_uses_the_clock_of_the_server() {
    join_over(Server::redis(&[]).url());
}

#[test]
fn postgres_store_uses_the_clock_of_the_server() {
    join_over(Server::postgres(&[]).url());
}
