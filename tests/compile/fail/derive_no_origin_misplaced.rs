//! `no_origin` in the wrong place.

use linked_span::{LinkedEvent, Origin};

#[derive(LinkedEvent)]
#[event(no_origin)]
struct WithMetadata {
    #[event(metadata)]
    headers: Origin,
}

#[derive(LinkedEvent)]
#[event(no_origin = true)]
struct WithAValue {
    id: u8,
}

#[derive(LinkedEvent)]
struct OnAField {
    #[event(no_origin)]
    metadata: Origin,
}

#[derive(LinkedEvent)]
enum WithoutIt {
    Known(Origin),
    Unknown,
}

fn main() {}
