use amqprs::channel::{BasicAckArguments, BasicPublishArguments, Channel, ConsumerMessage};
use amqprs::consumer::AsyncConsumer;
use amqprs::error::Error;
use amqprs::{BasicProperties, Deliver, FieldTable};
use linked_span::messaging::Received;
use linked_span::messaging::amqprs::{describe, headers};
use linked_span::{fan_in, linked_span};

// One message: the span "process orders", linked to the producer.
#[linked_span(message(amqprs, destination = "orders"))]
async fn on_message(message: &ConsumerMessage) {
    println!("{} bytes", message.content.as_ref().map_or(0, Vec::len));
}

// A consumer of callbacks: name the properties, which contain the producer's context.
struct Orders;

#[async_trait::async_trait]
impl AsyncConsumer for Orders {
    #[linked_span(properties(amqprs, destination = "orders"))]
    async fn consume(
        &mut self,
        channel: &Channel,
        deliver: Deliver,
        properties: BasicProperties,
        content: Vec<u8>,
    ) {
        println!("{:?}: {} bytes", properties.message_id(), content.len());
        let arguments = BasicAckArguments::new(deliver.delivery_tag(), false);
        let _ = channel.basic_ack(arguments).await;
    }
}

// A batch: one span, with a link to each message.
#[linked_span(messages(amqprs, destination = "orders"))]
async fn on_messages(messages: &[ConsumerMessage]) {
    println!("{} orders", messages.len());
}

// A producer: the span "send orders", whose context `headers!()` contains.
#[linked_span(send("orders", system = "rabbitmq"))]
async fn publish(channel: &Channel, order: Vec<u8>) -> Result<(), Error> {
    let properties = BasicProperties::default().with_headers(headers!()).finish();
    let arguments = BasicPublishArguments::new("", "orders");
    channel.basic_publish(properties, order, arguments).await
}

// A dead letter: all other headers stay.
fn forwarded(properties: &BasicProperties) -> FieldTable {
    headers!(replacing properties.headers())
}

// A function that waits for two messages, in memory. In a database, its inputs are `Received`.
#[fan_in(payment(amqprs, key = key(payment)), inventory(amqprs, key = key(inventory)))]
async fn fulfill(payment: &ConsumerMessage, inventory: &ConsumerMessage) {}

fn key(message: &ConsumerMessage) -> String {
    let properties = message.basic_properties.as_ref();
    let id = properties.and_then(BasicProperties::correlation_id);
    id.cloned().unwrap_or_default()
}

fn kept(message: &ConsumerMessage) -> Received<String> {
    let content = message.content.as_deref().unwrap_or_default();
    Received::new(
        describe!(message),
        String::from_utf8_lossy(content).into_owned(),
    )
}
