//! Inputs by a mutable reference.

use linked_span::{Origin, fan_in};

#[fan_in(payment, inventory)]
fn plain(payment: &mut Origin, inventory: Origin) {}

#[fan_in(payment, inventory)]
async fn later<'a>(payment: Origin, inventory: &'a mut Origin) {}

fn main() {}
