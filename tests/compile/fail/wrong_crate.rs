//! `crate` takes a path.

use linked_span::{Origin, linked_span};

#[linked_span(event, crate = "linked_span")]
fn handle(event: &Origin) {}

fn main() {}
