//! Files as a collector's file exporter writes them: one request per line.

use std::io::Write;
use std::process::{Command, Output, Stdio};

use crate::server::{request, span};

fn flow(arguments: &[&str], input: &str) -> Output {
    let mut process = Command::new(env!("CARGO_BIN_EXE_flow"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    process
        .stdin
        .take()
        .unwrap()
        .write_all(input.as_bytes())
        .unwrap();
    process.wait_with_output().unwrap()
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap()
}

/// Returns one request per line, with a repeated span and an empty last line.
fn lines() -> String {
    let lines = [
        request(&[span(1, "handle", &[0])]),
        request(&[span(0, "send", &[])]),
        request(&[span(0, "send", &[]), span(9, "alone", &[])]),
    ];
    lines.join("\n") + "\n\n"
}

#[test]
fn file_is_printed_as_a_tree() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("traces.json");
    std::fs::write(&file, lines()).unwrap();
    let output = flow(&["print", file.to_str().unwrap()], "");
    assert!(output.status.success());
    assert_eq!(
        text(output.stdout),
        "trace 0000…\n  send (producer, span 0000…)\n\
         trace 0000…\n  handle (producer, span 0000…)\n    -> linked to send (trace 0000…, span 0000…) link.relationship=because\n\
         trace 0000…\n  alone (producer, span 0000…)\n"
    );
}

#[test]
fn standard_input_is_drawn_as_its_largest_flow() {
    let output = flow(&["draw"], &lines());
    assert!(output.status.success());
    let svg = text(output.stdout);
    let document = roxmltree::Document::parse(&svg).unwrap();
    let names = document
        .descendants()
        .filter(|node| node.attribute("class") == Some("name"));
    assert_eq!(
        names.filter_map(|node| node.text()).collect::<Vec<_>>(),
        ["send", "handle"]
    );
    assert_eq!(text(output.stderr), "drew the largest of 2 flows\n");
}

#[test]
fn line_that_is_broken_is_named() {
    let output = flow(&["draw"], &(lines() + "{"));
    assert!(!output.status.success());
    let error = text(output.stderr);
    assert!(error.starts_with("line 5: malformed: "), "{error}");
}

#[test]
fn file_that_is_missing_or_empty_is_an_error() {
    let missing = flow(&["print", "/no/such/file"], "");
    assert!(!missing.status.success());
    assert!(text(missing.stderr).starts_with("cannot open /no/such/file: "));
    let empty = flow(&["draw", "-"], "");
    assert!(!empty.status.success());
    assert_eq!(text(empty.stderr), "the file has no spans\n");
}
