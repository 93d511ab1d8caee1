//! `crate = …` without a path.

use linked_span::{Origin, linked_span};

#[linked_span(event, crate = "linked_span")]
fn handle(event: &Origin) {}

#[linked_span(event, crate = )]
fn nothing(event: &Origin) {}

#[linked_span(event, crate)]
fn alone(event: &Origin) {}

#[derive(linked_span::LinkedEvent)]
#[event(crate)]
struct Order {
    metadata: Origin,
}

fn main() {}
