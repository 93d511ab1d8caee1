//! A parameter that is named twice.

use linked_span::{Origin, fan_in};

#[fan_in(payment, inventory, payment)]
fn handle(payment: Origin, inventory: Origin) {}

#[fan_in(payment, payment)]
fn only(payment: Origin, inventory: Origin) {}

fn main() {}
