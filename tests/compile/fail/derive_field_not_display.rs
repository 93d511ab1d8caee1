//! An id, a type or a key that is not `Display`.

use linked_span::{LinkedEvent, Origin};

struct Number;

#[derive(LinkedEvent)]
struct Id {
    id: Number,
    metadata: Origin,
}

#[derive(LinkedEvent)]
struct OptionalId {
    id: Option<Number>,
    metadata: Origin,
}

#[derive(LinkedEvent)]
struct Type {
    event_type: Vec<u8>,
    metadata: Origin,
}

#[derive(LinkedEvent)]
struct Key {
    #[event(key)]
    number: Number,
    metadata: Origin,
}

#[derive(LinkedEvent)]
struct OptionalKey {
    #[event(key)]
    number: Option<u64>,
    metadata: Origin,
}

fn main() {}
