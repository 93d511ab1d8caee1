//! Handlers of one message and of a batch.

use amqprs::channel::{
    BasicAckArguments, BasicConsumeArguments, BasicGetArguments, BasicNackArguments, Channel,
    ConsumerMessage, GetMessage,
};
use amqprs::consumer::AsyncConsumer;
use amqprs::{BasicProperties, Deliver};
use linked_span::linked_span;
use linked_span_tests_brokers_common::{
    assert_attributes, attributes, link_to, span, spans, spawnable,
};
use opentelemetry::trace::SpanKind;
use tokio::sync::mpsc::UnboundedSender;

use crate::server::{channel, consume, declare, next, produced_headers, publish, queue};

#[linked_span(message(amqprs))]
async fn on_message(message: &ConsumerMessage) -> usize {
    message.content.as_ref().map_or(0, Vec::len)
}

#[tokio::test(flavor = "multi_thread")]
async fn message_of_a_queue_is_linked_and_described() {
    let queue = queue("orders");
    let channel = channel().await;
    declare(&channel, &queue, "classic").await;
    let (headers, producer) = produced_headers("send orders");
    let properties = BasicProperties::default()
        .with_headers(headers)
        .with_message_id("order-7")
        .with_correlation_id("cart-1")
        .finish();
    publish(&channel, &queue, properties).await;
    let message = next(&mut consume(&channel, &queue).await).await;

    assert_eq!(spawnable(on_message(&message)).await, 4);

    let span = span(&format!("process {queue}"));
    assert_eq!(span.span_kind, SpanKind::Consumer);
    assert_attributes(
        &span.attributes,
        &format!(
            r#"
            messaging.system = "rabbitmq"
            messaging.operation.name = "process"
            messaging.operation.type = "process"
            messaging.destination.name = "{queue}"
            messaging.message.id = "order-7"
            messaging.message.conversation_id = "cart-1"
            messaging.message.body.size = 4
            messaging.rabbitmq.destination.routing_key = "{queue}"
            messaging.rabbitmq.message.delivery_tag = 1
            "#
        ),
    );
    let link = link_to(&span, &producer);
    assert_attributes(&link.attributes, r#"link.relationship = "triggered_by""#);
}

#[linked_span(messages(amqprs, destination = "batch of amqprs"))]
async fn on_messages(messages: &[ConsumerMessage]) -> usize {
    messages.len()
}

#[tokio::test(flavor = "multi_thread")]
async fn batch_is_linked_to_each_message() {
    let queue = queue("batch");
    let channel = channel().await;
    declare(&channel, &queue, "classic").await;
    let mut producers = Vec::new();
    for id in ["one", "two"] {
        let (headers, producer) = produced_headers("send batch");
        producers.push(producer);
        let mut properties = BasicProperties::default();
        properties.with_headers(headers).with_message_id(id);
        publish(&channel, &queue, properties).await;
    }
    let mut consumer = consume(&channel, &queue).await;
    let messages = vec![next(&mut consumer).await, next(&mut consumer).await];

    assert_eq!(spawnable(on_messages(&messages)).await, 2);

    let span = span("process batch of amqprs");
    assert_attributes(
        &span.attributes,
        &format!(
            r#"
            messaging.system = "rabbitmq"
            messaging.operation.name = "process"
            messaging.operation.type = "process"
            messaging.batch.message_count = 2
            messaging.destination.name = "batch of amqprs"
            messaging.message.body.size = 4
            messaging.rabbitmq.destination.routing_key = "{queue}"
            "#
        ),
    );
    assert_eq!(span.links.links.len(), 2);
    for ((link, producer), place) in span.links.links.iter().zip(&producers).zip(0..) {
        assert_eq!(link.span_context.span_id(), producer.span_id());
        let (id, tag) = (["one", "two"][place], place + 1);
        assert_attributes(
            &link.attributes,
            &format!(
                "messaging.message.id = \"{id}\"\nmessaging.rabbitmq.message.delivery_tag = {tag}"
            ),
        );
    }
}

#[linked_span(message(amqprs))]
async fn on_got(message: GetMessage) -> usize {
    message.2.len()
}

#[tokio::test(flavor = "multi_thread")]
async fn message_that_is_fetched_is_linked_and_described() {
    let queue = queue("fetched");
    let channel = channel().await;
    declare(&channel, &queue, "classic").await;
    let (headers, producer) = produced_headers("send fetched");
    let properties = BasicProperties::default().with_headers(headers).finish();
    publish(&channel, &queue, properties).await;
    let mut got = None;
    // The server may take a moment to route the message.
    while got.is_none() {
        let arguments = BasicGetArguments::new(&queue);
        got = channel.basic_get(arguments).await.expect("an answer");
    }

    assert_eq!(on_got(got.expect("a message")).await, 4);

    let span = span(&format!("process {queue}"));
    assert_eq!(
        span.links.links[0].span_context.span_id(),
        producer.span_id()
    );
    assert_attributes(
        &span.attributes,
        &format!(
            r#"
            messaging.system = "rabbitmq"
            messaging.operation.name = "process"
            messaging.operation.type = "process"
            messaging.destination.name = "{queue}"
            messaging.message.body.size = 4
            messaging.rabbitmq.destination.routing_key = "{queue}"
            messaging.rabbitmq.message.delivery_tag = 1
            "#
        ),
    );
}

#[linked_span(message(amqprs))]
fn on_delivered(message: &(Deliver, BasicProperties, Vec<u8>)) -> usize {
    message.2.len()
}

/// A consumer whose callback is the handler.
struct Callback(UnboundedSender<(Deliver, BasicProperties, Vec<u8>)>);

#[async_trait::async_trait]
impl AsyncConsumer for Callback {
    #[linked_span(properties(amqprs, destination = "callbacks of amqprs"))]
    async fn consume(
        &mut self,
        channel: &Channel,
        deliver: Deliver,
        properties: BasicProperties,
        content: Vec<u8>,
    ) {
        let arguments = BasicAckArguments::new(deliver.delivery_tag(), false);
        channel.basic_ack(arguments).await.expect("acknowledged");
        let message = (deliver, properties, content);
        self.0.send(message).expect("a test that waits");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn callback_is_linked_by_its_properties() {
    let queue = queue("callbacks");
    let channel = channel().await;
    declare(&channel, &queue, "classic").await;
    let (sender, mut messages) = tokio::sync::mpsc::unbounded_channel();
    let arguments = BasicConsumeArguments::new(&queue, "callbacks");
    channel
        .basic_consume(Callback(sender), arguments)
        .await
        .expect("a consumer");
    let (headers, producer) = produced_headers("send callbacks");
    let mut properties = BasicProperties::default();
    properties.with_headers(headers).with_message_id("order-7");
    publish(&channel, &queue, properties).await;

    let message = messages.recv().await.expect("a message");
    assert_eq!(on_delivered(&message), 4);

    // The span ends when the callback has returned.
    let mut handled = spans("process callbacks of amqprs");
    while handled.is_empty() {
        tokio::task::yield_now().await;
        handled = spans("process callbacks of amqprs");
    }
    assert_eq!(
        handled[0].links.links[0].span_context.span_id(),
        producer.span_id()
    );
    assert_attributes(
        &handled[0].attributes,
        r#"
        messaging.system = "rabbitmq"
        messaging.operation.name = "process"
        messaging.operation.type = "process"
        messaging.destination.name = "callbacks of amqprs"
        messaging.message.id = "order-7"
        "#,
    );
    let delivered = span(&format!("process {queue}"));
    assert_eq!(
        delivered.links.links[0].span_context.span_id(),
        producer.span_id()
    );
    assert_attributes(
        &delivered.attributes,
        &format!(
            r#"
            messaging.system = "rabbitmq"
            messaging.operation.name = "process"
            messaging.operation.type = "process"
            messaging.destination.name = "{queue}"
            messaging.message.id = "order-7"
            messaging.message.body.size = 4
            messaging.rabbitmq.destination.routing_key = "{queue}"
            messaging.rabbitmq.message.delivery_tag = 1
            "#
        ),
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn message_that_is_refused_is_counted_and_linked_again() {
    let queue = queue("quorum");
    let channel = channel().await;
    declare(&channel, &queue, "quorum").await;
    let (headers, producer) = produced_headers("send quorum");
    let properties = BasicProperties::default().with_headers(headers).finish();
    publish(&channel, &queue, properties).await;
    let mut consumer = consume(&channel, &queue).await;
    for _ in 0..2 {
        let message = next(&mut consumer).await;
        on_message(&message).await;
        let tag = message.deliver.expect("a delivery").delivery_tag();
        let arguments = BasicNackArguments::new(tag, false, true);
        channel.basic_nack(arguments).await.expect("refused");
    }

    let spans = spans(&format!("process {queue}"));
    let counts = spans.iter().map(|span| {
        let attributes = attributes(&span.attributes);
        attributes
            .get("messaging.rabbitmq.message.delivery_count")
            .cloned()
    });
    assert_eq!(counts.collect::<Vec<_>>(), [None, Some("2".to_owned())]);
    for span in &spans {
        assert_eq!(
            span.links.links[0].span_context.span_id(),
            producer.span_id()
        );
    }
}
