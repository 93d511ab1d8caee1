//! A batch whose items are not events.

use linked_span::linked_span;

struct Order;

#[linked_span(orders)]
fn batch(orders: &[Order]) {}

#[linked_span(orders, names)]
fn several(orders: Vec<Order>, names: &str) {}

fn main() {}
