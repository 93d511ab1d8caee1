//! Options of the `tracing` span, without the feature `tracing`.

use linked_span::{LinkedEvent, Origin, fan_in, linked_span};

#[derive(Clone, LinkedEvent)]
struct Event {
    #[event(key)]
    order: u64,
    metadata: Origin,
}

struct Level;

impl Level {
    const DEBUG: Self = Self;
}

#[linked_span(event, level = "debug")]
fn level(event: &Event) {}

#[linked_span(event, target = "shop::orders")]
async fn target(event: &Event) {}

#[linked_span(event, target = module_path!(), level = Level::DEBUG)]
fn both(event: &Event) {}

#[linked_span(attributes(order = order), level = 2)]
fn destructured(Event { order, .. }: Event) {}

#[fan_in(payment, inventory, level = "warn")]
async fn ship(payment: Event, inventory: Event) {}

fn main() {}
