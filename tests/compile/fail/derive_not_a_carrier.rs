//! Metadata that is no `Carrier`, an attribute that is no value, a variant that is no event.

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
