//! Inputs that are not parameters.

use linked_span::{Origin, fan_in};

#[fan_in(paymnt, inventory)]
fn near(payment: Origin, inventory: Origin) {}

#[fan_in(payment, delivery)]
fn far(payment: Origin, inventory: Origin) {}

#[fan_in(payment, inventory)]
fn no_parameter() {}

#[fan_in(payment, inventory, jion)]
fn near_an_option(payment: Origin, inventory: Origin) {}

fn main() {}
