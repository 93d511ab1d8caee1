//! Expressions that cannot be the value of an attribute.

use linked_span::{Origin, linked_span};

struct Order;

#[linked_span(event, attributes(order = order))]
fn plain(event: &Origin, order: &Order) {}

#[linked_span(event, attributes(order = %order))]
fn display(event: &Origin, order: &Order) {}

#[linked_span(event, attributes(order = ?order))]
fn debug(event: &Origin, order: &Order) {}

#[linked_span(event(attributes(order = order)))]
fn of_the_link(event: &Origin, order: &Order) {}

#[linked_span(event, relationship = order)]
fn relationship(event: &Origin, order: &Order) {}

#[linked_span(event, attributes(order = ordre))]
fn no_such_name(event: &Origin, order: &Order) {}

#[linked_span(event, attributes(keys::ORDER = 1))]
fn no_such_constant(event: &Origin) {}

fn main() {}
