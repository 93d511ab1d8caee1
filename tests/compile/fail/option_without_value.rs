//! Keys and options without a value.

use linked_span::{Origin, linked_span};

#[linked_span(event, attributes(order.id))]
fn attribute(event: &Origin) {}

#[linked_span(event, attributes(order.id = , other = %))]
fn attributes(event: &Origin) {}

#[linked_span(event, attributes)]
fn no_list(event: &Origin) {}

#[linked_span(event, attributes = 1)]
fn no_parentheses(event: &Origin) {}

#[linked_span(event, name = )]
fn name(event: &Origin) {}

#[linked_span(event, name)]
fn name_alone(event: &Origin) {}

#[linked_span(event(origin), kind = internal)]
fn origin(event: &Origin) {}

fn main() {}
