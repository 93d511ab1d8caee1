//! Handlers of messages that the server could not route.

use amqprs::callbacks::ChannelCallback;
use amqprs::channel::{BasicPublishArguments, Channel};
use amqprs::error::Error;
use amqprs::{Ack, BasicProperties, Cancel, CloseChannel, Nack, Return};
use linked_span::linked_span;
use linked_span_tests_brokers_common::{assert_attributes, span};
use tokio::sync::mpsc::UnboundedSender;

use crate::server::{channel, produced_headers};

type Returned = (Return, BasicProperties, Vec<u8>);

#[linked_span(message(amqprs))]
fn on_returned(message: &Returned) -> u16 {
    message.0.reply_code()
}

/// Passes returned messages to the test.
struct Callback(UnboundedSender<Returned>);

#[async_trait::async_trait]
impl ChannelCallback for Callback {
    async fn close(&mut self, _: &Channel, _: CloseChannel) -> Result<(), Error> {
        Ok(())
    }

    async fn cancel(&mut self, _: &Channel, _: Cancel) -> Result<(), Error> {
        Ok(())
    }

    async fn flow(&mut self, _: &Channel, _: bool) -> Result<bool, Error> {
        Ok(true)
    }

    async fn publish_ack(&mut self, _: &Channel, _: Ack) {}

    async fn publish_nack(&mut self, _: &Channel, _: Nack) {}

    async fn publish_return(
        &mut self,
        _: &Channel,
        returned: Return,
        properties: BasicProperties,
        content: Vec<u8>,
    ) {
        let message = (returned, properties, content);
        self.0.send(message).expect("a test that waits");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn returned_message_is_linked_and_described_without_a_tag() {
    let channel = channel().await;
    let (sender, mut returned) = tokio::sync::mpsc::unbounded_channel();
    let registered = channel.register_callback(Callback(sender)).await;
    registered.expect("a callback");
    let (headers, producer) = produced_headers("send nowhere");
    let properties = BasicProperties::default().with_headers(headers).finish();
    let arguments = BasicPublishArguments::new("amq.topic", "nowhere.amqprs")
        .mandatory(true)
        .finish();
    let sent = channel
        .basic_publish(properties, b"paid".to_vec(), arguments)
        .await;
    sent.expect("sent");

    assert_eq!(on_returned(&returned.recv().await.expect("a message")), 312);

    let span = span("process amq.topic:nowhere.amqprs");
    assert_eq!(
        span.links.links[0].span_context.span_id(),
        producer.span_id()
    );
    assert_attributes(
        &span.attributes,
        r#"
        messaging.system = "rabbitmq"
        messaging.operation.name = "process"
        messaging.operation.type = "process"
        messaging.destination.name = "amq.topic:nowhere.amqprs"
        messaging.message.body.size = 4
        messaging.rabbitmq.destination.routing_key = "nowhere.amqprs"
        "#,
    );
}
