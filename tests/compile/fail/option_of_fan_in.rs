//! Options of `#[fan_in]` in `#[linked_span]`.

use linked_span::{Origin, linked_span};

#[linked_span(payment, inventory, key = order)]
fn key(payment: &Origin, inventory: &Origin) {}

#[linked_span(payment, inventory, join = Ship)]
fn join(payment: &Origin, inventory: &Origin) {}

#[linked_span(payment(key = payment.order), inventory)]
fn key_of_one(payment: &Origin, inventory: &Origin) {}

#[linked_span(payment, inventory, join)]
fn without_a_value(payment: &Origin, inventory: &Origin) {}

#[linked_span(results(count = 3, id = results.id))]
fn list(results: &Origin) {}

#[linked_span(results, count = 3)]
fn count(results: &Origin) {}

fn main() {}
