//! Fewer than two inputs, and more than twelve.

use linked_span::{Origin, fan_in};

#[fan_in]
fn no_input(payment: Origin, inventory: Origin) {}

#[fan_in(key = order)]
fn no_input_but_an_option(payment: Origin, inventory: Origin) {}

#[fan_in(payment)]
fn one(payment: Origin, inventory: Origin) {}

#[fan_in(a, b, c, d, e, f, g, h, i, j, k, l, m)]
fn thirteen(
    a: Origin,
    b: Origin,
    c: Origin,
    d: Origin,
    e: Origin,
    f: Origin,
    g: Origin,
    h: Origin,
    i: Origin,
    j: Origin,
    k: Origin,
    l: Origin,
    m: Origin,
) {
}

#[fan_in]
fn nothing() {}

#[fan_in(review)]
fn one_list(review: Vec<Origin>) {}

#[fan_in(payment(quorum = 3))]
fn one_with_a_wrong_option(payment: Origin) {}

fn main() {}
