use lapin::message::Delivery;
use lapin::options::BasicPublishOptions;
use lapin::types::FieldTable;
use lapin::{BasicProperties, Channel, Error};
use linked_span::messaging::Received;
use linked_span::messaging::lapin::{describe, headers};
use linked_span::{fan_in, linked_span};

// One delivery: the span "process orders", linked to the producer.
#[linked_span(delivery(lapin, destination = "orders"))]
async fn on_delivery(delivery: &Delivery) {
    println!("{} bytes", delivery.data.len());
}

// A batch: one span, with a link to each delivery.
#[linked_span(deliveries(lapin, destination = "orders"))]
async fn on_deliveries(deliveries: &[Delivery]) {
    println!("{} orders", deliveries.len());
}

// A producer: the span "send orders", whose context `headers!()` contains.
#[linked_span(send("orders", system = "rabbitmq"))]
async fn publish(channel: &Channel, order: &[u8]) -> Result<(), Error> {
    let properties = BasicProperties::default().with_headers(headers!());
    let options = BasicPublishOptions::default();
    let sent = channel.basic_publish("".into(), "orders".into(), options, order, properties);
    sent.await?.await?;
    Ok(())
}

// A dead letter: all other headers stay.
fn forwarded(delivery: &Delivery) -> FieldTable {
    headers!(replacing delivery.properties.headers())
}

// A function that waits for two deliveries, in memory. In a database, its inputs are `Received`.
#[fan_in(payment(lapin, key = key(payment)), inventory(lapin, key = key(inventory)))]
async fn fulfill(payment: &Delivery, inventory: &Delivery) {}

fn key(delivery: &Delivery) -> String {
    String::from_utf8_lossy(&delivery.data).into_owned()
}

fn kept(delivery: &Delivery) -> Received<String> {
    Received::new(
        describe!(delivery),
        String::from_utf8_lossy(&delivery.data).into_owned(),
    )
}
