//! Wrong options in a parameter's parentheses.

use linked_span::{Origin, linked_span};

#[linked_span(event(orgin = event))]
fn unknown(event: &Origin) {}

#[linked_span(event(colour = "red"))]
fn far(event: &Origin) {}

#[linked_span(event(name = "order"))]
fn of_the_handler(event: &Origin) {}

#[linked_span(event("order"))]
fn no_word(event: &Origin) {}

#[linked_span(event.metadata)]
fn no_name(event: &Origin) {}

#[linked_span(&event)]
fn reference(event: &Origin) {}

#[linked_span(event kind = internal)]
fn no_comma(event: &Origin) {}

fn main() {}
