//! Unknown and misplaced options of `#[event(…)]`.

use linked_span::{LinkedEvent, Origin};

#[derive(LinkedEvent)]
struct Order {
    #[event(ids)]
    number: u64,
    #[event(colour)]
    colour: u64,
    #[event(id = "x")]
    id: u64,
    #[event(attribute)]
    total: u64,
    #[event(attribute = 1)]
    sum: u64,
    #[event(attribute = "")]
    empty: u64,
    #[event]
    alone: u64,
    #[event = "id"]
    name: u64,
    #[event(crate = linked_span)]
    path: u64,
    metadata: Origin,
}

#[derive(LinkedEvent)]
#[event(id)]
struct OnTheStruct {
    metadata: Origin,
}

#[derive(LinkedEvent)]
#[event(typ = "order", crate = "linked_span")]
enum OnTheEnum {
    #[event(key)]
    Key { metadata: Origin },
    #[event(type)]
    Type { metadata: Origin },
    #[event(crate = linked_span)]
    Crate { metadata: Origin },
}

fn main() {}
