//! `parent = event` with several events.

use linked_span::{Origin, linked_span};

#[linked_span(events, parent = event)]
fn batch(events: &[Origin]) {}

#[linked_span(payment, inventory, parent = event)]
fn several(payment: &Origin, inventory: &Origin) {}

fn main() {}
