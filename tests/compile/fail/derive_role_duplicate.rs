//! Two fields with the same role.

use linked_span::{LinkedEvent, Origin};

#[derive(LinkedEvent)]
struct Ids {
    #[event(id)]
    one: u64,
    #[event(id)]
    two: u64,
    metadata: Origin,
}

#[derive(LinkedEvent)]
struct Carriers {
    #[event(metadata)]
    one: Origin,
    #[event(metadata)]
    two: Origin,
}

#[derive(LinkedEvent)]
#[event(type = "order")]
struct Types {
    #[event(type)]
    kind: String,
    metadata: Origin,
}

#[derive(LinkedEvent)]
#[event(type = "one", type = "two")]
struct Constants {
    #[event(id, id)]
    number: u64,
    metadata: Origin,
}

#[derive(LinkedEvent)]
struct Keys {
    #[event(key)]
    one: u64,
    #[event(key)]
    two: u64,
    metadata: Origin,
}

fn main() {}
