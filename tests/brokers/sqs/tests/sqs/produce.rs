//! Attributes that producers write.

use std::collections::HashMap;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::{Message, MessageAttributeValue, SendMessageBatchRequestEntry};
use linked_span::messaging::aws_sdk_sqs::headers;
use linked_span::messaging::{self, Message as Described};
use linked_span::{LinkedEvent, Origin, WithOrigin, linked_span};
use linked_span_tests_brokers_common::{assert_attributes, install, produced, span, spans};
use opentelemetry::trace::SpanKind;

use crate::server::{ONE, attributes, client, queue, receive, text};

fn value<'a>(headers: &'a HashMap<String, MessageAttributeValue>, name: &str) -> Option<&'a str> {
    headers.get(name)?.string_value()
}

/// Returns an origin with all three fields: 3 attributes.
fn origin() -> Origin {
    linked_span::extract(&[
        ("traceparent", ONE),
        ("tracestate", "a=1"),
        ("baggage", "tenant=acme"),
    ])
}

/// Returns the names of the context that is written beside this number of own attributes.
fn written_beside(count: usize) -> Vec<String> {
    let own = (0..count).map(|number| (format!("app-{number}"), text("1")));
    let own: HashMap<_, _> = own.collect();
    let headers = headers!(replacing own, of origin());
    assert_eq!(
        headers
            .values()
            .filter(|value| **value == text("1"))
            .count(),
        count
    );
    let mut names: Vec<_> = headers
        .into_keys()
        .filter(|name| !own.contains_key(name))
        .collect();
    names.sort();
    names
}

#[test]
fn context_that_does_not_fit_into_ten_attributes_is_omitted() {
    assert_eq!(written_beside(0), ["baggage", "traceparent", "tracestate"]);
    assert_eq!(written_beside(7), ["baggage", "traceparent", "tracestate"]);
    assert_eq!(written_beside(8), ["traceparent", "tracestate"]);
    assert_eq!(written_beside(9), ["traceparent"]);
    assert!(written_beside(10).is_empty());
    assert!(written_beside(12).is_empty());
}

#[test]
fn context_of_an_earlier_hop_makes_room_for_this_one() {
    let mut earlier: HashMap<_, _> = (0..9)
        .map(|number| (format!("app-{number}"), text("1")))
        .collect();
    earlier.insert("Traceparent".into(), text(ONE));
    let mut headers = HashMap::new();
    let producer = produced("forward", |_| headers = headers!(replacing earlier));
    assert_eq!(headers.len(), 10);
    let (trace, span) = (producer.trace_id(), producer.span_id());
    let expected = format!("00-{trace}-{span}-01");
    assert_eq!(value(&headers, "traceparent"), Some(expected.as_str()));
    assert_eq!(earlier.len(), 10);
}

#[test]
fn headers_of_the_active_span_replace_those_of_an_earlier_hop() {
    let earlier = attributes(&[
        ("app", "7"),
        ("traceparent", ONE),
        ("tracestate", "a=1"),
        ("baggage", "tenant=acme"),
    ]);
    let message = Message::builder()
        .set_message_attributes(Some(earlier))
        .build();
    let mut headers = HashMap::new();
    let producer = produced("forward", |_| {
        headers = headers!(replacing message.message_attributes())
    });
    let (trace, span) = (producer.trace_id(), producer.span_id());
    let expected = format!("00-{trace}-{span}-01");
    assert_eq!(
        headers,
        attributes(&[("app", "7"), ("traceparent", &expected)])
    );
    // Without an active span, the context of the earlier hop remains.
    assert_eq!(headers!(replacing message.message_attributes).len(), 4);
}

#[test]
fn headers_of_an_origin_are_written_and_none_without_one() {
    assert!(headers!().is_empty());
    assert_eq!(headers!(of origin()).len(), 3);
    let headers = headers!(of origin());
    assert_eq!(value(&headers, "baggage"), Some("tenant=acme"));
    assert_eq!(headers["traceparent"].data_type(), "String");
}

#[linked_span(send("sent", system = "aws_sqs"))]
async fn publish(client: &Client, queue: &str) {
    let message = client.send_message().queue_url(queue).message_body("paid");
    let message = message.set_message_attributes(Some(headers!()));
    message.send().await.expect("sent");
}

#[linked_span(message(aws_sdk_sqs, destination = "sent"))]
fn on_sent(message: &Message) {}

#[tokio::test]
async fn context_of_the_sending_span_arrives_at_the_consumer() {
    install();
    let client = client();
    let queue = queue(&client, "sent").await;
    publish(&client, &queue).await;
    let messages = receive(&client, &queue).await;
    on_sent(&messages[0]);

    let sent = span("send sent");
    assert_eq!(sent.span_kind, SpanKind::Producer);
    assert_attributes(
        &sent.attributes,
        r#"
        messaging.system = "aws_sqs"
        messaging.operation.name = "send"
        messaging.operation.type = "send"
        messaging.destination.name = "sent"
        "#,
    );
    let received = span("process sent");
    let [link] = received.links.links.as_slice() else {
        panic!("one link: {:?}", received.links);
    };
    assert_eq!(link.span_context.span_id(), sent.span_context.span_id());
    let attributes = messages[0].message_attributes().expect("attributes");
    assert_eq!(attributes.keys().collect::<Vec<_>>(), ["traceparent"]);
}

#[linked_span(records, send("created", system = "aws_sqs"))]
async fn publish_all(client: &Client, queue: &str, records: &[WithOrigin<&str>]) {
    let mut batch = client.send_message_batch().queue_url(queue);
    for (id, record) in records.iter().enumerate() {
        let entry = SendMessageBatchRequestEntry::builder().id(id.to_string());
        let entry = entry.set_message_attributes(Some(headers!(of record.origin())));
        batch = batch.entries(entry.message_body(**record).build().expect("an entry"));
    }
    batch.send().await.expect("sent");
}

#[linked_span(message(aws_sdk_sqs, destination = "created"))]
fn on_created(message: &Message) {}

#[tokio::test]
async fn each_message_of_a_sent_batch_has_its_own_context() {
    install();
    let client = client();
    let queue = queue(&client, "created").await;
    let described = Described::new("aws_sqs").destination("created");
    let records = messaging::create(&described, ["one", "two"]);
    publish_all(&client, &queue, &records).await;
    for message in receive(&client, &queue).await {
        on_created(&message);
    }

    let id = |span: &opentelemetry_sdk::trace::SpanData| span.span_context.span_id();
    let created: Vec<_> = spans("create created").iter().map(id).collect();
    let linked = |span: &opentelemetry_sdk::trace::SpanData| -> Vec<_> {
        let links = span.links.links.iter();
        links.map(|link| link.span_context.span_id()).collect()
    };
    let sent = span("send created");
    assert_eq!(sent.span_kind, SpanKind::Client);
    assert_eq!(linked(&sent), created);
    let received: Vec<_> = spans("process created").iter().flat_map(linked).collect();
    assert_eq!(received, created);
}
