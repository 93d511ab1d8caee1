//! Names that are not parameters.

use linked_span::{Origin, linked_span};

#[linked_span(evnt)]
fn near(event: &Origin, order: &Origin) {}

#[linked_span(payment)]
fn far(event: &Origin, order: &Origin) {}

#[linked_span(payment)]
fn none() {}

fn main() {}
