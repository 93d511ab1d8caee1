//! Items that are not functions.

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
const HANDLE: fn(&Origin) = |_| {};

#[linked_span]
mod handlers {}

#[linked_span(event)]
enum Event {}

#[linked_span]
type Handler = fn(&Origin);

#[linked_span]
static HANDLER: Handler = HANDLE;

#[linked_span]
use std::mem::drop;

#[linked_span]
macro_rules! handler {
    () => {};
}

fn main() {
    let _ = (Order::handle, HANDLE, HANDLER, drop::<Event>);
    handler!();
    let order: Option<Order> = None;
    let _ = order.map(|order| order.event);
}
