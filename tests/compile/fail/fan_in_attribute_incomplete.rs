//! An attribute that is being typed. The joins exist as soon as the inputs are known.

use linked_span::{LinkedEvent, Origin, fan_in};

use std::time::Duration;

#[derive(Clone, LinkedEvent)]
struct Event {
    #[event(key)]
    order: u64,
    metadata: Origin,
}

#[fan_in(payment, )]
fn one_input(payment: &Event, inventory: &Event) -> usize {
    1
}

#[fan_in(payment, inventory, name = "a" "b", kind = internal)]
fn two_values(payment: &Event, inventory: &Event) -> usize {
    2
}

#[fan_in(payment, inventory(key = inventory.), relationship = payment.)]
fn unfinished(payment: &Event, inventory: &Event) -> usize {
    3
}

#[fan_in(payment, inventory)]
fn unfinished_body(payment: &Event, inventory: &Event) -> usize {
    payment.
}

#[fan_in(payment, inventory)]
async fn unfinished_later(payment: &Event, inventory: &Event) -> usize {
    let count = ;
    4
}

#[fan_in(,)]
fn comma(payment: &Event, inventory: &Event) -> usize {
    5
}

fn main() {
    let event = Event {
        order: 7,
        metadata: Origin::default(),
    };
    let _: usize = one_input(&event, &event) + two_values(&event, &event) + comma(&event, &event);
    let _: usize = unfinished(&event, &event) + unfinished_body(&event, &event);
    let _ = TwoValues::in_memory(Duration::from_secs(600)).payment(event.clone());
    let _ = Unfinished::in_memory(Duration::from_secs(600)).payment(event.clone());
    let _ = UnfinishedBody::in_memory(Duration::from_secs(600)).payment(event.clone());
    let _ = UnfinishedLater::in_memory(Duration::from_secs(600)).payment(event);
}
