//! An origin that is not `Into<Origin>`.

use linked_span::linked_span;

struct Order {
    headers: Vec<(String, String)>,
}

#[linked_span(order(origin = order.headers))]
fn headers(order: &Order) {}

#[linked_span(order(origin = "00-1-2-01"))]
async fn text(order: &Order) {}

fn main() {}
