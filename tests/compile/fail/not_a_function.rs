//! Items that are no functions.

use linked_span::{Origin, linked_span};

#[linked_span(event)]
struct Order {
    event: Origin,
}

#[linked_span]
impl Order {
    fn handle(event: &Origin) {}
}

#[linked_span]
trait Handle {
    fn handle(event: &Origin);
}

#[linked_span(event)]
const HANDLE: fn(&Origin) = |event| {};

#[linked_span]
mod handlers {}

fn main() {
    let _ = (Order::handle, HANDLE);
    let order: Option<Order> = None;
    let _ = order.map(|order| order.event);
}
