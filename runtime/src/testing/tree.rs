//! What a capture has received, as text.

use std::fmt::Write;

use opentelemetry::KeyValue;
use opentelemetry::trace::{Link, SpanId, Status};
use opentelemetry_sdk::trace::SpanData;

use super::captured::{Captured, Ended, State};
use super::key::SpanKey;

/// A tree of all spans of a capture with their links, and what may be missing from it.
pub(super) fn of(captured: &Captured, unclaimed: &[String]) -> String {
    let state = captured.lock();
    let mut text = String::new();
    if state.ended.is_empty() {
        text.push_str("The capture has no span that has ended.\n");
    } else {
        text.push_str("The capture has:\n");
    }
    let mut roots: Vec<&Ended> = state
        .ended
        .iter()
        .filter(|span| is_root(span, &state))
        .collect();
    roots.sort_by_key(|span| span.data.start_time);
    for root in roots {
        branch(&mut text, root, &state, 1);
    }
    if !state.open.is_empty() {
        let names: Vec<&str> = state.open.iter().map(|(_, name)| &**name).collect();
        let _ = writeln!(text, "Still open: {}", names.join(", "));
    }
    if !unclaimed.is_empty() {
        let _ = writeln!(
            text,
            "Of no capture, since they have no captured parent or link and ran on another thread: {}\n\
(link them to a `producer()` of this capture, or call `claim_thread()` on that thread)",
            unclaimed.join(", ")
        );
    }
    text
}

/// Whether its parent is in no other place of the tree.
fn is_root(span: &Ended, state: &State) -> bool {
    !state.ended.iter().any(|other| is_child(span, other))
}

fn is_child(span: &Ended, of: &Ended) -> bool {
    SpanKey::of_parent(&span.data) == of.key
}

fn branch(text: &mut String, span: &Ended, state: &State, depth: usize) {
    let indent = "  ".repeat(depth);
    text.push_str(&indent);
    line(text, &span.data, state);
    for link in &span.data.links.links {
        let target = target(link, state);
        let _ = write!(text, "{indent}  -> {target}");
        pairs(text, &link.attributes);
        text.push('\n');
    }
    let mut children: Vec<&Ended> = state
        .ended
        .iter()
        .filter(|other| is_child(other, span))
        .collect();
    children.sort_by_key(|child| child.data.start_time);
    for child in children {
        branch(text, child, state, depth + 1);
    }
}

fn line(text: &mut String, span: &SpanData, state: &State) {
    let _ = write!(text, "{} ({:?})", span.name, span.span_kind);
    pairs(text, &span.attributes);
    match &span.status {
        Status::Error { description } => {
            let _ = write!(text, ", failed: {description}");
        }
        Status::Ok => text.push_str(", ok"),
        Status::Unset => {}
    }
    for event in &span.events.events {
        let _ = write!(text, ", event {}", event.name);
    }
    if span.parent_span_id != SpanId::INVALID && span.parent_span_is_remote {
        let parent = state.producers.iter().position(|producer| {
            producer.span_id() == span.parent_span_id
                && producer.trace_id() == span.span_context.trace_id()
        });
        match parent {
            Some(at) => {
                let _ = write!(text, ", child of producer {}", at + 1);
            }
            None => {
                let _ = write!(text, ", child of remote span {}", span.parent_span_id);
            }
        }
    }
    text.push('\n');
}

fn pairs(text: &mut String, attributes: &[KeyValue]) {
    for KeyValue { key, value, .. } in attributes {
        let _ = write!(text, " {key}={value}");
    }
}

/// What a link leads to, in words that the test has too.
fn target(link: &Link, state: &State) -> String {
    let key = SpanKey::of(&link.span_context);
    let mut producers = state.producers.iter();
    if let Some(at) = producers.position(|producer| SpanKey::of(producer) == key) {
        return format!("producer {}", at + 1);
    }
    let span = state.ended.iter().find(|span| span.key == key);
    match span {
        Some(span) => span.data.name.to_string(),
        None => format!(
            "trace {}, span {}",
            link.span_context.trace_id(),
            link.span_context.span_id()
        ),
    }
}
