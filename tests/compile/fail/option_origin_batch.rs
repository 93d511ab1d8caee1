use std::collections::VecDeque;

use linked_span::messaging::Message;
use linked_span::{LinkedEvent, Origin, fan_in, linked_span};

struct Order(Origin);

#[derive(LinkedEvent)]
struct Event {
    metadata: Origin,
}

#[linked_span(orders(origin = orders[0].0.clone()))]
fn one_of_a_slice(orders: &[Order]) {}

#[linked_span(events(origin = Origin::current()))]
fn one_of_events(events: Vec<Event>) {}

#[linked_span(first, events(origin = events[0].metadata.clone()))]
fn beside_another(first: &Event, events: VecDeque<Event>) {}

#[fan_in(first(key = 7), orders(key = 7, origin = orders[0].0.clone()))]
fn in_a_join(first: &Event, orders: &Vec<Order>) {}

fn describe(order: &Order) -> Message<'_> {
    Message::new("kafka").produced_at(&order.0)
}

#[linked_span(orders(view = describe(&orders[0])))]
fn one_view(orders: &[Order]) {}

fn main() {
    one_of_a_slice(&[]);
    one_of_events(Vec::new());
    beside_another(&Event { metadata: Origin::default() }, VecDeque::new());
    in_a_join(&Event { metadata: Origin::default() }, &Vec::new());
    one_view(&[]);
}
