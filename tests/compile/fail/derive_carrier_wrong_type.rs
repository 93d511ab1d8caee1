//! A carrier, an attribute and a variant of a wrong type.

use linked_span::{LinkedEvent, Origin};

struct Headers;

#[derive(LinkedEvent)]
struct Order {
    metadata: Headers,
}

#[derive(LinkedEvent)]
struct Payment {
    #[event(attribute = "headers")]
    headers: Headers,
    metadata: Origin,
}

#[derive(LinkedEvent)]
enum Event {
    Order(Order),
    Headers(Headers),
}

fn main() {}
