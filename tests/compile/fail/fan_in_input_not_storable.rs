//! Inputs of a type that a store cannot hold.

use linked_span::{LinkedEvent, Origin, fan_in};

#[derive(Clone, LinkedEvent)]
struct Event {
    #[event(key)]
    order: u64,
    metadata: Origin,
}

#[fan_in(text, event)]
fn text(text: &str, event: Event) {}

#[fan_in(slice, event)]
fn slice(slice: &[Event], event: Event) {}

#[fan_in(object, event)]
async fn object(object: &(dyn LinkedEvent + Send + Sync), event: Event) {}

#[fan_in(opaque, event)]
async fn opaque(opaque: impl LinkedEvent, event: Event) {}

#[fan_in(opaque, event)]
async fn opaque_inside(opaque: Option<impl LinkedEvent>, event: Event) {}

fn main() {}
