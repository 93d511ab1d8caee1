//! Attribute keys that are malformed.

use linked_span::{Origin, linked_span};

#[linked_span(event, attributes(1 = 2))]
fn number(event: &Origin) {}

#[linked_span(event, attributes(order-id = 2))]
fn dash(event: &Origin) {}

#[linked_span(event, attributes("" = 2))]
fn empty(event: &Origin) {}

#[linked_span(event, attributes(order. = 2))]
fn ends_with_a_dot(event: &Origin) {}

#[linked_span(event, attributes(event.metadata()))]
fn call(event: &Origin) {}

fn main() {}
