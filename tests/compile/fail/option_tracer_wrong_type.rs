//! Expressions that are not a tracer.

use linked_span::{Origin, linked_span};

#[linked_span(event, tracer = "orders")]
fn text(event: &Origin) {}

#[linked_span(event, tracer = tracer)]
fn borrowed(event: &Origin, tracer: &opentelemetry::global::BoxedTracer) {}

#[linked_span(event, scope = event)]
fn scope(event: &Origin) {}

fn main() {}
