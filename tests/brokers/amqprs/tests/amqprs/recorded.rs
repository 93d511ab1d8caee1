//! Messages of producers in other languages.

use amqprs::BasicProperties;
use amqprs::channel::ConsumerMessage;
use linked_span::linked_span;
use linked_span_tests_brokers_common::{assert_recorded, install, recorded, span, tenant};

use crate::server::{channel, consume, declare, next, publish, queue, table};

#[linked_span(message(amqprs), name = name.clone())]
async fn on_message(message: &ConsumerMessage, name: String) -> Option<String> {
    tenant()
}

#[tokio::test(flavor = "multi_thread")]
async fn recorded_message_of_each_language_is_linked_to_its_producer() {
    install();
    let queue = queue("recorded");
    let channel = channel().await;
    declare(&channel, &queue, "classic").await;
    let messages = recorded(include_str!("../../../recorded/rabbitmq"));
    assert_eq!(messages.len(), 3);
    let mut consumer = consume(&channel, &queue).await;
    for (message, number) in messages.iter().zip(0..) {
        let headers = message.headers.iter();
        let headers = headers.map(|(name, value)| (*name, value.expect("a value")));
        let mut properties = BasicProperties::default();
        properties.with_headers(table(headers));
        publish(&channel, &queue, properties).await;
        let received = next(&mut consumer).await;
        let name = format!("recorded {number} amqprs");
        let tenant = on_message(&received, name.clone()).await;
        assert_recorded(&span(&name), message, tenant.as_deref());
    }
}
