//! A union.

use linked_span::LinkedEvent;

#[derive(LinkedEvent)]
union Order {
    id: u64,
    number: i64,
}

fn main() {}
