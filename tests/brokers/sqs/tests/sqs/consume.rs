//! Handlers of one message and of a batch.

use aws_sdk_sqs::primitives::Blob;
use aws_sdk_sqs::types::{Message, MessageAttributeValue, SendMessageBatchRequestEntry};
use linked_span::linked_span;
use linked_span_tests_brokers_common::{
    Attributes, assert_attributes, attributes, install, link_to, produced, span, spans, spawnable,
};
use opentelemetry::trace::SpanKind;

use crate::server::{ONE, attributes_of, client, message, queue, receive};

#[linked_span(message(aws_sdk_sqs, destination = "orders"))]
async fn on_order(message: &Message) -> usize {
    message.body().unwrap_or_default().len()
}

#[tokio::test]
async fn message_of_a_queue_is_linked_and_described() {
    let client = client();
    let queue = queue(&client, "orders").await;
    let mut headers = None;
    let producer = produced("send orders", |context| {
        headers = Some(attributes_of(context))
    });
    let sent = client.send_message().queue_url(&queue).message_body("paid");
    let sent = sent.set_message_attributes(headers).send().await;
    let id = sent.expect("sent").message_id.expect("an id");

    for _ in 0..2 {
        let messages = receive(&client, &queue).await;
        assert_eq!(spawnable(on_order(&messages[0])).await, 4);
    }

    let spans = spans("process orders");
    assert_eq!(spans.len(), 2);
    for (span, count) in spans.iter().zip(1..) {
        assert_eq!(span.span_kind, SpanKind::Consumer);
        assert_attributes(
            &span.attributes,
            &format!(
                r#"
                messaging.system = "aws_sqs"
                messaging.operation.name = "process"
                messaging.operation.type = "process"
                messaging.destination.name = "orders"
                messaging.message.id = "{id}"
                messaging.message.body.size = 4
                messaging.aws_sqs.message.delivery_count = {count}
                "#
            ),
        );
        let link = link_to(span, &producer);
        assert_attributes(&link.attributes, r#"link.relationship = "triggered_by""#);
    }
}

#[linked_span(messages(aws_sdk_sqs, destination = "batch"))]
async fn on_batch(messages: &[Message]) -> usize {
    messages.len()
}

#[tokio::test]
async fn batch_is_linked_to_each_message() {
    let client = client();
    let queue = queue(&client, "batch").await;
    let mut producers = Vec::new();
    let mut batch = client.send_message_batch().queue_url(&queue);
    for body in ["one", "four"] {
        let mut headers = None;
        producers.push(produced("send batch", |context| {
            headers = Some(attributes_of(context))
        }));
        let entry = SendMessageBatchRequestEntry::builder()
            .id(body)
            .message_body(body);
        let entry = entry.set_message_attributes(headers);
        batch = batch.entries(entry.build().expect("an entry"));
    }
    batch.send().await.expect("sent");
    let messages = receive(&client, &queue).await;

    assert_eq!(spawnable(on_batch(&messages)).await, 2);

    let span = span("process batch");
    assert_attributes(
        &span.attributes,
        r#"
        messaging.system = "aws_sqs"
        messaging.operation.name = "process"
        messaging.operation.type = "process"
        messaging.batch.message_count = 2
        messaging.destination.name = "batch"
        messaging.aws_sqs.message.delivery_count = 1
        "#,
    );
    let links = &span.links.links;
    assert_eq!(links.len(), 2);
    for ((link, producer), message) in links.iter().zip(&producers).zip(&messages) {
        assert_eq!(link.span_context.span_id(), producer.span_id());
        let (id, size) = (
            message.message_id().unwrap_or_default(),
            message.body().map_or(0, str::len),
        );
        assert_attributes(
            &link.attributes,
            &format!("messaging.message.id = \"{id}\"\nmessaging.message.body.size = {size}"),
        );
    }
}

#[linked_span(message(aws_sdk_sqs, destination = "not-asked"))]
fn on_message_without_attributes(message: &Message) {}

#[tokio::test]
async fn attributes_that_the_consumer_has_not_asked_for_make_no_link() {
    let client = client();
    let queue = queue(&client, "not-asked").await;
    let sent = client.send_message().queue_url(&queue).message_body("paid");
    let headers = crate::server::attributes(&[("traceparent", ONE)]);
    let sent = sent.set_message_attributes(Some(headers)).send().await;
    let id = sent.expect("sent").message_id.expect("an id");
    let received = client.receive_message().queue_url(&queue).send().await;
    on_message_without_attributes(&received.expect("an answer").messages()[0]);

    let span = span("process not-asked");
    assert!(span.links.links.is_empty());
    assert_attributes(
        &span.attributes,
        &format!(
            r#"
            messaging.system = "aws_sqs"
            messaging.operation.name = "process"
            messaging.operation.type = "process"
            messaging.destination.name = "not-asked"
            messaging.message.id = "{id}"
            messaging.message.body.size = 4
            "#
        ),
    );
}

#[linked_span(message(aws_sdk_sqs), name = name)]
fn on_message(message: &Message, name: &'static str) {}

fn described(name: &'static str, message: &Message) -> (Vec<String>, Attributes) {
    install();
    on_message(message, name);
    let span = span(name);
    let links = span.links.links.iter();
    let ids = links.map(|link| link.span_context.span_id().to_string());
    (ids.collect(), attributes(&span.attributes))
}

#[test]
fn message_without_a_destination_has_the_name_of_its_operation() {
    install();
    #[linked_span(message(aws_sdk_sqs))]
    fn on_nameless(message: &Message) {}
    on_nameless(&message("nameless", &[]));
    assert_eq!(span("process").links.links.len(), 0);
}

#[test]
fn context_in_a_binary_attribute_is_linked() {
    let value = MessageAttributeValue::builder().data_type("Binary");
    let value = value.binary_value(Blob::new(ONE)).build().expect("a value");
    let message = Message::builder()
        .message_attributes("traceparent", value)
        .build();
    let (links, attributes) = described("binary", &message);
    assert_eq!(links, ["1111111111111111"]);
    assert_eq!(attributes.len(), 3, "{attributes:?}");
}

#[test]
fn name_of_an_attribute_may_have_any_case() {
    let (links, _) = described("case", &message("paid", &[("Traceparent", ONE)]));
    assert_eq!(links, ["1111111111111111"]);
}

#[test]
fn malformed_context_makes_no_link() {
    let (links, _) = described(
        "malformed",
        &message("paid", &[("traceparent", "00-1-2-01")]),
    );
    assert!(links.is_empty());
}
