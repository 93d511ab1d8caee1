//! The levels are listed, and a target is a constant.

use linked_span::{Origin, linked_span};

#[linked_span(event, level = "verbose")]
fn word(event: &Origin) {}

#[linked_span(event, level = 6)]
fn number(event: &Origin) {}

#[linked_span(event, level = 0)]
fn zero(event: &Origin) {}

#[linked_span(event, level = Level::LOUD)]
fn path(event: &Origin) {}

#[linked_span(event, level = verbosity())]
fn computed(event: &Origin) {}

#[linked_span(event, level)]
fn nothing(event: &Origin) {}

#[linked_span(event, target)]
fn no_target(event: &Origin) {}

#[linked_span(event, level = "info", level = "debug")]
fn twice(event: &Origin) {}

fn main() {}
