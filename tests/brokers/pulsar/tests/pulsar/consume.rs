//! Handlers of one message and of a batch.

use linked_span::linked_span;
use linked_span::messaging::pulsar::headers;
use linked_span_tests_brokers_common::{
    assert_attributes, attributes, install, link_to, linked, produced, span, spans, spawnable,
};
use opentelemetry::trace::SpanKind;
use opentelemetry_sdk::trace::SpanData;
use pulsar::consumer::Message;

use crate::in_memory::{ONE, TWO, message};

#[linked_span(message(pulsar, group = "billing"))]
async fn on_message(message: &Message<String>) -> usize {
    message.payload.data.len()
}

#[tokio::test]
async fn message_is_linked_and_described() {
    let mut properties = Vec::new();
    let producer = produced("send orders", |_| properties.extend(headers!()));
    let properties = properties.iter();
    let properties: Vec<_> = properties
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let mut received = message("persistent://public/default/orders", 7, &properties);
    received.payload.metadata.partition_key = Some("order-7".to_owned());

    assert_eq!(spawnable(on_message(&received)).await, 4);

    let span = span("process persistent://public/default/orders");
    assert_eq!(span.span_kind, SpanKind::Consumer);
    assert_attributes(
        &span.attributes,
        r#"
        messaging.system = "pulsar"
        messaging.operation.name = "process"
        messaging.operation.type = "process"
        messaging.destination.name = "persistent://public/default/orders"
        messaging.consumer.group.name = "billing"
        messaging.message.id = "26:7:-1"
        messaging.message.body.size = 4
        messaging.pulsar.message.key = "order-7"
        "#,
    );
    let link = link_to(&span, &producer);
    assert_attributes(&link.attributes, r#"link.relationship = "triggered_by""#);
}

#[tokio::test]
async fn partition_is_apart_from_the_topic() {
    install();
    // The topic, the partition and the place in a batch that the id has, and the name, partition and id on the span.
    let parted = [
        ("one-partition-3", None, Some(2), "one", "3", "26:1:-1:2"),
        ("two", Some(5), Some(2), "two", "5", "26:1:5:2"),
        ("three-partition-3", Some(5), None, "three", "5", "26:1:5"),
        ("four", Some(0), Some(0), "four", "0", "26:1:0:0"),
        (
            "five-partition-3",
            Some(-1),
            Some(-1),
            "five",
            "3",
            "26:1:-1",
        ),
        (
            "6-partition-1-partition-2",
            None,
            None,
            "6-partition-1",
            "2",
            "26:1:-1",
        ),
    ];
    for (topic, of_id, place, name, partition, id) in parted {
        let mut received = message(topic, 1, &[]);
        received.message_id.id.partition = of_id;
        received.message_id.id.batch_index = place;
        on_message(&received).await;
        assert_attributes(
            &span(&format!("process {name}")).attributes,
            &format!(
                r#"
                messaging.system = "pulsar"
                messaging.operation.name = "process"
                messaging.operation.type = "process"
                messaging.destination.name = "{name}"
                messaging.destination.partition.id = "{partition}"
                messaging.consumer.group.name = "billing"
                messaging.message.id = "{id}"
                messaging.message.body.size = 4
                "#
            ),
        );
    }
}

#[linked_span(messages(pulsar))]
fn on_messages(messages: &[Message<String>]) -> usize {
    messages.len()
}

#[test]
fn batch_is_linked_to_each_message() {
    install();
    let batch = [
        message("batch", 1, &[("traceparent", ONE)]),
        message("batch", 2, &[("traceparent", TWO)]),
    ];
    assert_eq!(on_messages(&batch), 2);
    let span = span("process batch");
    assert_attributes(
        &span.attributes,
        r#"
        messaging.system = "pulsar"
        messaging.operation.name = "process"
        messaging.operation.type = "process"
        messaging.batch.message_count = 2
        messaging.destination.name = "batch"
        messaging.message.body.size = 4
        "#,
    );
    assert_eq!(linked(&span), ["1", "2"]);
    for (link, id) in span.links.links.iter().zip(["26:1:-1", "26:2:-1"]) {
        assert_attributes(
            &link.attributes,
            &format!("messaging.message.id = \"{id}\""),
        );
    }
}

#[test]
fn batch_of_a_consumer_of_several_topics_names_the_topic_of_each_message() {
    install();
    let batch = [
        message("mixed-1-partition-0", 1, &[("traceparent", ONE)]),
        message("mixed-2", 1, &[("traceparent", TWO)]),
    ];
    on_messages(&batch);
    let spans = spans("process");
    let is_of_this = |span: &&SpanData| linked(span) == ["1", "2"];
    let span = spans
        .iter()
        .find(is_of_this)
        .expect("a span called `process`");
    let keys = attributes(&span.attributes);
    assert_eq!(keys.get("messaging.destination.name"), None);
    for (link, lines) in span.links.links.iter().zip([
        "messaging.destination.name = \"mixed-1\"\nmessaging.destination.partition.id = \"0\"",
        "messaging.destination.name = \"mixed-2\"",
    ]) {
        assert_attributes(&link.attributes, lines);
    }
}
