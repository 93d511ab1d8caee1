use azservicebus::{
    ServiceBusMessage, ServiceBusReceivedMessage, ServiceBusReceiver, ServiceBusSender,
};
use linked_span::messaging::Received;
use linked_span::messaging::azservicebus::{describe, headers};
use linked_span::{fan_in, linked_span};

// One message: the span "process orders", linked to the producer. It includes the settlement.
#[linked_span(message(azservicebus, destination = "orders", group = "billing"))]
async fn on_order(receiver: &mut ServiceBusReceiver, message: &ServiceBusReceivedMessage) {
    println!("{} bytes", message.body().map_or(0, <[u8]>::len));
    let _ = receiver.complete_message(message).await;
}

// A batch, as `receive_messages` returns it: one span, with a link to each message.
#[linked_span(messages(azservicebus, destination = "orders"))]
async fn on_orders(messages: &[ServiceBusReceivedMessage]) {
    println!("{} orders", messages.len());
}

// A producer: the span "send orders", whose context `headers!()` contains.
#[linked_span(send("orders", system = "servicebus"))]
async fn publish(sender: &mut ServiceBusSender, order: Vec<u8>) {
    let mut message = ServiceBusMessage::new(order);
    *message.application_properties_mut() = Some(headers!());
    let _ = sender.send_message(message).await;
}

// A message that is sent again: all other properties stay.
fn forwarded(message: &ServiceBusReceivedMessage) -> ServiceBusMessage {
    let mut forwarded = ServiceBusMessage::new(message.body().unwrap_or_default());
    *forwarded.application_properties_mut() =
        Some(headers!(replacing message.application_properties()));
    forwarded
}

// A function that waits for two messages, in memory. In a database, its inputs are `Received`.
#[fan_in(
    payment(azservicebus, destination = "payments", key = key(payment)),
    inventory(azservicebus, destination = "inventory", key = key(inventory)),
)]
async fn fulfill(payment: &ServiceBusReceivedMessage, inventory: &ServiceBusReceivedMessage) {}

fn key(message: &ServiceBusReceivedMessage) -> String {
    message.correlation_id().unwrap_or_default().into_owned()
}

fn kept(message: &ServiceBusReceivedMessage) -> Received<String> {
    let body = message.body().unwrap_or_default();
    Received::new(
        describe!(message).destination("payments"),
        String::from_utf8_lossy(body).into_owned(),
    )
}
