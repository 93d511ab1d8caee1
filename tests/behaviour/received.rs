//! Decoded payloads with what their messages say, in memory and serialized.

use std::borrow::Cow;

use linked_span::messaging::{Message, Received};
use linked_span::{Keyed, linked_span};
use linked_span_tests::{Sdk, pairs, producer};
use opentelemetry::{Array, KeyValue, StringValue, Value};
use opentelemetry_sdk::trace::SpanData;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
struct Payment {
    order: u64,
}

impl Keyed for Payment {
    fn key(&self) -> Cow<'_, str> {
        self.order.to_string().into()
    }
}

#[linked_span(payment)]
fn on_payment(payment: &Received<Payment>) -> u64 {
    payment.order
}

fn list(values: impl Into<Array>) -> Value {
    Value::Array(values.into())
}

/// Has each field, with a value of each type.
fn full() -> Message<'static> {
    Message::new("kafka")
        .destination("orders")
        .template("{kind}")
        .temporary()
        .anonymous()
        .partition(3)
        .group("billing")
        .message_id("id-7")
        .conversation_id("cart-1")
        .body_size(12)
        .offset(7)
        .key(b"\xff\x00")
        .tombstone()
        .routing_key("created")
        .delivery_tag(9)
        .delivery_count(2)
        .attribute("text", "a")
        .attribute("float", 0.5)
        .attribute("flag", false)
        .attribute("numbers", list(vec![1_i64, 2]))
        .attribute("floats", list(vec![0.5, 1.5]))
        .attribute("flags", list(vec![true, false]))
        .attribute("texts", list(["a", "b"].map(StringValue::from).to_vec()))
        .produced_at(producer(7))
}

fn received(message: Message<'_>) -> Received<Payment> {
    Received::new(message, Payment { order: 7 })
}

fn handled(received: &Received<Payment>) -> SpanData {
    let sdk = Sdk::install();
    assert_eq!(on_payment(received), 7);
    sdk.span()
}

#[track_caller]
fn assert_same(one: &SpanData, other: &SpanData) {
    assert_eq!(one.name, other.name);
    assert_eq!(one.attributes, other.attributes);
    assert_eq!(one.links.links, other.links.links);
}

#[test]
fn received_message_has_the_span_of_its_message() {
    let span = handled(&received(
        Message::new("kafka")
            .destination("orders")
            .offset(7)
            .produced_at(producer(1)),
    ));
    assert_eq!(span.name, "process orders");
    assert_eq!(
        pairs(&span.attributes),
        [
            ("messaging.system", "kafka".into()),
            ("messaging.operation.name", "process".into()),
            ("messaging.operation.type", "process".into()),
            ("messaging.destination.name", "orders".into()),
            ("messaging.kafka.offset", 7.into()),
        ]
    );
    assert_eq!(span.links.links[0].span_context, producer(1));
}

#[test]
fn received_message_has_the_same_span_after_json() {
    let before = received(full());
    let text = serde_json::to_string(&before).unwrap();
    let after: Received<Payment> = serde_json::from_str(&text).unwrap();
    assert_eq!(after.payload(), before.payload());
    assert_eq!(after.key(), "7");
    let span = handled(&before);
    assert_eq!(span.attributes.len(), 25, "{:?}", span.attributes);
    assert_same(&span, &handled(&after));
}

#[test]
fn received_message_has_the_same_span_after_a_binary_format() {
    let before = received(full());
    let bytes = postcard::to_allocvec(&before).unwrap();
    let after: Received<Payment> = postcard::from_bytes(&bytes).unwrap();
    let span = handled(&before);
    assert_same(&span, &handled(&after));
    let mut bytes = Vec::new();
    ciborium::into_writer(&before, &mut bytes).unwrap();
    let after: Received<Payment> = ciborium::from_reader(&bytes[..]).unwrap();
    assert_same(&span, &handled(&after));
}

#[test]
fn attribute_that_json_cannot_write_is_left_out_and_the_payload_stays() {
    let message = Message::new("kafka")
        .attribute("not a number", f64::NAN)
        .attribute("infinite", list(vec![f64::INFINITY]))
        .attribute("number", 0.5);
    let text = serde_json::to_string(&received(message)).unwrap();
    let after: Received<Payment> = serde_json::from_str(&text).unwrap();
    let span = handled(&after);
    let number = KeyValue::new("number", 0.5);
    assert_eq!(span.attributes.last(), Some(&number));
    assert_eq!(span.attributes.len(), 4, "{:?}", span.attributes);
}

#[test]
fn field_of_a_later_release_is_left_out() {
    let text = serde_json::to_string(&received(Message::new("kafka").offset(7))).unwrap();
    let later = text.replace(
        r#""fields":{"#,
        r#""fields":{"shard":{"text":"a"},"partition":{"flags":[true]},"#,
    );
    assert_ne!(later, text);
    let after: Received<Payment> = serde_json::from_str(&later).unwrap();
    let span = handled(&after);
    assert_eq!(span.attributes.len(), 4, "{:?}", span.attributes);
}

#[test]
fn malformed_origin_leaves_the_payload_readable() {
    let text = serde_json::to_string(&received(full())).unwrap();
    let broken = text.replace("traceparent\":\"00", "traceparent\":\"xx");
    assert_ne!(broken, text);
    let after: Received<Payment> = serde_json::from_str(&broken).unwrap();
    assert_eq!(handled(&after).links.links.len(), 0);
}

#[test]
fn converted_payload_keeps_its_message() {
    let text = Received::new(Message::new("kafka").offset(7), "7");
    let converted = text.map(|text| Payment {
        order: text.parse().unwrap(),
    });
    assert_eq!(handled(&converted).attributes.len(), 4);
    assert_eq!(converted.into_inner(), Payment { order: 7 });
}
