use cloudevents::event::EventBuilderError;
use cloudevents::{AttributesReader, Event, EventBuilder, EventBuilderV10};
use linked_span::messaging::cloudevents::{describe, extended};
use linked_span::messaging::{Message, Received};
use linked_span::{fan_in, linked_span};

// One event: the span "process orders", linked to the producer.
#[linked_span(event(cloudevents, destination = "orders"))]
async fn on_order(event: &Event) {
    println!("{:?}", event.data());
}

// A batch: one span, with a link to each event.
#[linked_span(events(cloudevents, destination = "orders"))]
async fn on_orders(events: &[Event]) {
    println!("{} orders", events.len());
}

// An event together with the message that carried it. `describe!` of the transport's client makes such a message.
#[linked_span(event(view = describe!(event, message.clone())))]
async fn on_carried(event: &Event, message: &Message<'_>) {}

// A producer: the span "send orders", whose context is in the event's extension.
#[linked_span(send("orders", system = "kafka"))]
async fn created(order: &str) -> Result<Event, EventBuilderError> {
    let event = EventBuilderV10::new().id(order).source("/shop");
    Ok(extended!(event.ty("order.created").build()?))
}

// A function that waits for two events, in memory. In a database, its inputs are `Received`.
#[fan_in(
    payment(cloudevents, destination = "payments", key = key(payment)),
    inventory(cloudevents, destination = "inventory", key = key(inventory)),
)]
async fn fulfill(payment: &Event, inventory: &Event) {}

fn key(event: &Event) -> String {
    event.subject().unwrap_or_default().to_owned()
}

fn kept(event: &Event) -> Received<String> {
    Received::new(describe!(event).destination("payments"), key(event))
}
