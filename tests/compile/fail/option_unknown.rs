//! Unknown options.

use linked_span::{Origin, linked_span};

#[linked_span(event, nam = "order")]
fn near(event: &Origin) {}

#[linked_span(event, colour = "red", kind = internal)]
fn far(event: &Origin) {}

#[linked_span(event, atributes(a = 1))]
fn with_a_list(event: &Origin) {}

#[linked_span(event = "order")]
fn of_a_parameter(event: &Origin) {}

fn main() {}
