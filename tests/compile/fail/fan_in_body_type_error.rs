//! Type errors in a body, with the attribute and without it.
#![allow(unused_variables)]

use linked_span::{LinkedEvent, Origin, fan_in};

#[derive(Clone, LinkedEvent)]
struct Event {
    #[event(key)]
    order: u64,
    metadata: Origin,
}

mod without {
    use super::*;

    pub fn expression(payment: Event, inventory: &Event) -> usize {
        let count: usize = "one";
        count
    }

    pub async fn awaited(payment: Event, inventory: Event) {
        let count: usize = std::future::ready("one").await;
        missing(count);
    }

    pub fn moved(payment: Event, inventory: Event) {
        drop(payment);
        drop(payment);
    }

    pub async fn returned(payment: &Event, inventory: Event) -> usize {
        "one"
    }

    pub fn unknown_type(payment: &Event, inventory: Event, shop: &Shop) {}
}

mod with {
    use super::*;

    #[fan_in(payment, inventory)]
    pub fn expression(payment: Event, inventory: &Event) -> usize {
        let count: usize = "one";
        count
    }

    #[fan_in(payment, inventory)]
    pub async fn awaited(payment: Event, inventory: Event) {
        let count: usize = std::future::ready("one").await;
        missing(count);
    }

    #[fan_in(payment, inventory)]
    pub fn moved(payment: Event, inventory: Event) {
        drop(payment);
        drop(payment);
    }

    #[fan_in(payment, inventory)]
    pub async fn returned(payment: &Event, inventory: Event) -> usize {
        "one"
    }

    #[fan_in(payment, inventory)]
    pub fn unknown_type(payment: &Event, inventory: Event, shop: &Shop) {}
}

fn main() {}
