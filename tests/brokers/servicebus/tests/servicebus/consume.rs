//! Handlers of one message and of a batch.

use azservicebus::{ServiceBusMessage, ServiceBusPeekedMessage, ServiceBusReceivedMessage};
use fe2o3_amqp::types::primitives::SimpleValue;
use linked_span::linked_span;
use linked_span::messaging::azservicebus::headers;
use linked_span_tests_brokers_common::{
    assert_attributes, attributes, install, link_to, linked, produced, span, spans, spawnable,
};
use opentelemetry::trace::SpanKind;

use crate::queue::{Connected, ONE, TWO, queue};
use crate::service::{ENQUEUED, properties};

#[linked_span(message(azservicebus, destination = queue, group = "billing"))]
async fn on_message(message: &ServiceBusReceivedMessage, queue: &str) -> usize {
    message.body().map_or(0, <[u8]>::len)
}

#[tokio::test(flavor = "multi_thread")]
async fn message_of_a_queue_is_linked_and_described() {
    let queue = queue("orders");
    let mut connected = Connected::new().await;
    let mut sent = ServiceBusMessage::new("paid");
    let producer = produced("send orders", |_| {
        *sent.application_properties_mut() = Some(headers!());
    });
    sent.set_message_id("order-7").expect("an id");
    sent.set_correlation_id("cart-1".to_owned());
    connected.send(&queue, sent).await;
    let mut receiver = connected.receiver(&queue).await;
    let message = receiver.receive_message().await.expect("a message");

    assert_eq!(spawnable(on_message(&message, &queue)).await, 4);

    // The message's lock is still held.
    receiver
        .complete_message(&message)
        .await
        .expect("completed");
    let span = span(&format!("process {queue}"));
    assert_eq!(span.span_kind, SpanKind::Consumer);
    assert_attributes(
        &span.attributes,
        &format!(
            r#"
            messaging.system = "servicebus"
            messaging.operation.name = "process"
            messaging.operation.type = "process"
            messaging.destination.name = "{queue}"
            messaging.consumer.group.name = "billing"
            messaging.message.id = "order-7"
            messaging.message.conversation_id = "cart-1"
            messaging.message.body.size = 4
            messaging.servicebus.message.delivery_count = 1
            messaging.servicebus.message.enqueued_time = {}
            "#,
            ENQUEUED / 1_000
        ),
    );
    let link = link_to(&span, &producer);
    assert_attributes(&link.attributes, r#"link.relationship = "triggered_by""#);
}

#[linked_span(messages(azservicebus, destination = queue))]
async fn on_messages(messages: &[ServiceBusReceivedMessage], queue: &str) -> usize {
    messages.len()
}

#[tokio::test(flavor = "multi_thread")]
async fn batch_is_linked_to_each_message() {
    install();
    let queue = queue("batch");
    let mut connected = Connected::new().await;
    for (id, context) in [("one", ONE), ("two", TWO)] {
        let mut sent = ServiceBusMessage::new("paid");
        sent.set_message_id(id).expect("an id");
        *sent.application_properties_mut() = Some(properties(&[("traceparent", context)]));
        connected.send(&queue, sent).await;
    }
    let mut receiver = connected.receiver(&queue).await;
    let messages = receiver.receive_messages(2).await.expect("messages");

    assert_eq!(spawnable(on_messages(&messages, &queue)).await, 2);

    let span = span(&format!("process {queue}"));
    assert_attributes(
        &span.attributes,
        &format!(
            r#"
            messaging.system = "servicebus"
            messaging.operation.name = "process"
            messaging.operation.type = "process"
            messaging.batch.message_count = 2
            messaging.destination.name = "{queue}"
            messaging.message.body.size = 4
            messaging.servicebus.message.delivery_count = 1
            messaging.servicebus.message.enqueued_time = {}
            "#,
            ENQUEUED / 1_000
        ),
    );
    assert_eq!(linked(&span), ["1", "2"]);
    for (link, id) in span.links.links.iter().zip(["one", "two"]) {
        assert_attributes(
            &link.attributes,
            &format!("messaging.message.id = \"{id}\""),
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn message_that_is_abandoned_is_counted_and_linked_again() {
    install();
    let queue = queue("abandoned");
    let mut connected = Connected::new().await;
    let mut sent = ServiceBusMessage::new("paid");
    *sent.application_properties_mut() = Some(properties(&[("traceparent", ONE)]));
    connected.send(&queue, sent).await;
    let mut receiver = connected.receiver(&queue).await;
    for _ in 0..2 {
        let message = receiver.receive_message().await.expect("a message");
        on_message(&message, &queue).await;
        receiver
            .abandon_message(&message, None)
            .await
            .expect("abandoned");
    }

    let spans = spans(&format!("process {queue}"));
    let counts = spans.iter().map(|span| {
        let attributes = attributes(&span.attributes);
        attributes
            .get("messaging.servicebus.message.delivery_count")
            .cloned()
    });
    assert_eq!(
        counts.collect::<Vec<_>>(),
        [Some("1".to_owned()), Some("2".to_owned())]
    );
    for span in &spans {
        assert_eq!(linked(span), ["1"]);
    }
}

/// A client peeks with a link of its own, which the tests' service does not have.
#[expect(dead_code, reason = "it need only compile")]
#[linked_span(message(azservicebus, destination = queue))]
fn on_peeked(message: &ServiceBusPeekedMessage, queue: &str) {}

#[tokio::test(flavor = "multi_thread")]
async fn diagnostic_id_is_read_without_a_traceparent() {
    install();
    let queue = queue("azure");
    let mut connected = Connected::new().await;
    let mut receiver = connected.receiver(&queue).await;
    let mut number = properties(&[("app", "1"), ("Diagnostic-Id", ONE)]);
    let seven = SimpleValue::Int(7);
    number.0.insert("traceparent".to_owned(), seven);
    for (test, fields, expected) in [
        (
            "alone",
            properties(&[("app", "1"), ("Diagnostic-Id", ONE)]),
            vec!["1"],
        ),
        (
            "both",
            properties(&[("Diagnostic-Id", ONE), ("traceparent", TWO)]),
            vec!["2"],
        ),
        ("a number", number, vec!["1"]),
        (
            "old",
            properties(&[("app", "1"), ("Diagnostic-Id", "|7f3a.1.")]),
            vec![],
        ),
    ] {
        let mut sent = ServiceBusMessage::new("paid");
        *sent.application_properties_mut() = Some(fields);
        connected.send(&queue, sent).await;
        let message = receiver.receive_message().await.expect("a message");
        on_message(&message, test).await;
        assert_eq!(
            linked(&span(&format!("process {test}"))),
            expected,
            "{test}"
        );
    }
}
