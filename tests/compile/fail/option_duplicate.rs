//! An option that is set twice.

use linked_span::{Origin, linked_span};

#[linked_span(event, name = "one", kind = internal, name = "two", kind = client)]
fn options(event: &Origin) {}

#[linked_span(event, attributes(a = 1), attributes(b = 2))]
fn attributes(event: &Origin) {}

#[linked_span(event(origin = event, origin = event))]
fn of_a_parameter(event: &Origin) {}

fn main() {}
