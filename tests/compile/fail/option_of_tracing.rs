//! Options of `#[tracing::instrument]`.

use linked_span::{Origin, linked_span};

#[linked_span(event, fields(order.id = 1))]
fn fields(event: &Origin) {}

#[linked_span(skip(event))]
fn skip(event: &Origin) {}

#[linked_span(event, skip_all)]
fn skip_all(event: &Origin) {}

#[linked_span(err, event)]
fn err(event: &Origin) {}

#[linked_span(event, err(Debug))]
fn err_debug(event: &Origin) {}

#[linked_span(event, ret)]
fn ret(event: &Origin) {}

#[linked_span(follows_from = causes)]
fn follows_from(event: &Origin) {}

fn main() {}
