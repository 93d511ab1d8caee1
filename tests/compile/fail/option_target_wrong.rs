//! A target is a constant text.

use linked_span::{Origin, linked_span};

#[linked_span(event, target = 7)]
fn number(event: &Origin) {}

#[linked_span(event, target = event.target())]
fn computed(event: &Origin) {}

fn main() {}
