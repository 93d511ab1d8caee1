//! Inputs that cannot be the variants of one enum.

use linked_span::{Origin, fan_in};

#[fan_in(first_part, first__part, _first_part)]
fn equal(first_part: Origin, first__part: Origin, _first_part: Origin) {}

#[fan_in(self_, other)]
fn keyword(self_: Origin, other: Origin) {}

#[fan_in(_1, other)]
fn number(_1: Origin, other: Origin) {}

fn main() {}
