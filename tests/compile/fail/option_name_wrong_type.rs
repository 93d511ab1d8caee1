//! Expressions that cannot be the name of a span.

use linked_span::{LinkedEvent, Origin, linked_span};

#[derive(LinkedEvent)]
struct Order {
    kind: String,
    metadata: Origin,
}

#[linked_span(event, name = 1)]
fn number(event: &Order) {}

#[linked_span(event, name = event)]
async fn of_another_type(event: &Order) {}

#[linked_span(event, name = event.kind.as_str())]
fn borrowed(event: &Order) {}

fn main() {}
