//! Unknown words for `kind`, `parent` and `errors`.

use linked_span::{Origin, linked_span};

#[linked_span(event, kind = internl)]
fn kind(event: &Origin) {}

#[linked_span(event, kind = "internal")]
fn kind_as_a_string(event: &Origin) {}

#[linked_span(event, kind = SpanKind::Internal)]
fn kind_as_a_path(event: &Origin) {}

#[linked_span(event, parent = none)]
fn parent(event: &Origin) {}

#[linked_span(event, errors = all)]
fn errors(event: &Origin) {}

#[linked_span(event, errors)]
fn nothing(event: &Origin) {}

#[linked_span(event, errors =)]
fn nothing_after_the_sign(event: &Origin) {}

fn main() {}
