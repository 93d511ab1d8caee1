//! A parameter that is named twice.

use linked_span::{Origin, linked_span};

#[linked_span(event, r#event)]
fn handle(event: &Origin) {}

fn main() {}
