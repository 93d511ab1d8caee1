//! Wrong options. The joins are generated.

use linked_span::fan_in::Arrival;
use linked_span::{LinkedEvent, Origin, fan_in};

use std::time::Duration;

#[derive(Clone, LinkedEvent)]
struct Event {
    #[event(key)]
    order: u64,
    metadata: Origin,
}

#[fan_in(payment, inventory, knd = consumer, join = Shipping)]
fn ship(payment: Event, inventory: Event) -> u64 {
    payment.order
}

#[fan_in(payment(attributes(order.id)), inventory(relation = "reserved"), errors = none)]
async fn pack(payment: &Event, inventory: &Event) {}

#[fan_in(payment, inventory, fields(order = 1), skip_all)]
async fn label(payment: &Event, inventory: &Event) {}

#[fan_in(payment, inventory, parent = event)]
fn of_one_event(payment: &Event, inventory: &Event) {}

#[fan_in(payment, inventory, timeout = 600, on_expired = late)]
fn of_joins(payment: &Event, inventory: &Event) {}

#[fan_in(payment, inventory(optional))]
fn of_the_type(payment: &Event, inventory: Event) {}

/// Neither an event nor keyed, but for what is wrong.
#[fan_in(payment(key = , origin = Origin::), inventory)]
fn undecided(payment: u64, inventory: &Event) {}

fn main() {
    let event = Event {
        order: 7,
        metadata: Origin::default(),
    };
    let timeout = Duration::from_secs(600);
    let shipping = Shipping::in_memory(timeout).on_expired(|expired| {
        let _ = expired.inputs.payment();
    });
    if let Ok(Arrival::Ran(order)) = shipping.payment(event.clone()) {
        let _: u64 = order;
    }
    let _ = Pack::in_memory(timeout).inventory(event.clone());
    let _ = Label::in_memory(timeout).inventory(event.clone());
    let _ = OfOneEvent::in_memory(timeout).inventory(event.clone());
    let _ = OfJoins::in_memory(timeout).inventory(event.clone());
    let _ = OfTheType::in_memory(timeout).inventory(event.clone());
    let _ = Undecided::in_memory(timeout).inventory(event);
}
