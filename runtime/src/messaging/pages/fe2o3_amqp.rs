use fe2o3_amqp::link::SendError;
use fe2o3_amqp::types::messaging::{ApplicationProperties, Message, Outcome};
use fe2o3_amqp::{Delivery, Sender};
use linked_span::messaging::Received;
use linked_span::messaging::fe2o3_amqp::{describe, headers};
use linked_span::{fan_in, linked_span};

// One delivery: the span "process orders", linked to the producer.
#[linked_span(delivery(fe2o3_amqp, system = "rabbitmq", destination = "orders"))]
async fn on_delivery(delivery: &Delivery<String>) {
    println!("{} bytes", delivery.body().len());
}

// A batch: one span, with a link to each delivery.
#[linked_span(deliveries(fe2o3_amqp, system = "rabbitmq", destination = "orders"))]
async fn on_deliveries(deliveries: &[Delivery<String>]) {
    println!("{} orders", deliveries.len());
}

// A producer: the span "send orders", whose context `headers!()` contains.
#[linked_span(send("orders", system = "rabbitmq"))]
async fn publish(sender: &mut Sender, order: String) -> Result<Outcome, SendError> {
    let message = Message::builder()
        .application_properties(headers!())
        .value(order)
        .build();
    sender.send(message).await
}

// A dead letter: all other properties stay.
fn forwarded(delivery: &Delivery<String>) -> ApplicationProperties {
    headers!(replacing delivery.message().application_properties)
}

// A function that waits for two deliveries, in memory. In a database, its inputs are `Received`.
#[fan_in(
    payment(fe2o3_amqp, system = "rabbitmq", key = payment.body().clone()),
    inventory(fe2o3_amqp, system = "rabbitmq", key = inventory.body().clone()),
)]
async fn fulfill(payment: &Delivery<String>, inventory: &Delivery<String>) {}

fn kept(delivery: &Delivery<String>) -> Received<String> {
    Received::new(
        describe!(delivery).destination("payments"),
        delivery.body().clone(),
    )
}
