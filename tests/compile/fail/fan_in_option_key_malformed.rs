//! `key = …` without a field or an expression. The joins are generated.

use linked_span::{LinkedEvent, Origin, fan_in};

use std::time::Duration;

#[derive(Clone, LinkedEvent)]
struct Event {
    #[event(key)]
    order: u64,
    metadata: Origin,
}

#[fan_in(payment, inventory, key)]
fn no_value(payment: Event, inventory: Event) {}

#[fan_in(payment, inventory, key = )]
fn nothing(payment: Event, inventory: Event) {}

#[fan_in(payment, inventory, key = order.)]
fn unfinished(payment: Event, inventory: Event) {}

#[fan_in(payment, inventory, key = "order")]
fn text(payment: Event, inventory: Event) {}

#[fan_in(payment, inventory, key = payment.order.to_string())]
fn expression(payment: Event, inventory: Event) {}

#[fan_in(payment, inventory, key(order))]
fn list(payment: Event, inventory: Event) {}

#[fan_in(payment(key), inventory)]
fn of_one(payment: Event, inventory: Event) {}

#[fan_in(payment(key = ), inventory)]
fn nothing_of_one(payment: Event, inventory: Event) {}

#[fan_in(payment, inventory, key = order, key = order)]
fn twice(payment: Event, inventory: Event) {}

fn main() {
    let timeout = Duration::from_secs(600);
    let _ = (
        NoValue::in_memory(timeout),
        Nothing::in_memory(timeout),
        Unfinished::in_memory(timeout),
        Text::in_memory(timeout),
        Expression::in_memory(timeout),
        List::in_memory(timeout),
        OfOne::in_memory(timeout),
        NothingOfOne::in_memory(timeout),
        Twice::in_memory(timeout),
    );
}
