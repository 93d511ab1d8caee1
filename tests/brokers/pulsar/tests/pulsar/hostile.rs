//! Messages that no instrumentation writes.

use linked_span::linked_span;
use linked_span_tests_brokers_common::{attributes, install, linked, span};
use pulsar::consumer::Message;

use crate::in_memory::{ONE, TWO, message};

#[linked_span(message(pulsar))]
fn on_message(message: &Message<String>) {}

#[test]
fn last_of_several_contexts_is_linked_with_its_state() {
    install();
    let properties = [
        ("traceparent", ONE),
        ("tracestate", "a=1"),
        ("Traceparent", TWO),
    ];
    on_message(&message("several", 1, &properties));
    let span = span("process several");
    assert_eq!(linked(&span), ["2"]);
    assert_eq!(span.links.links[0].span_context.trace_state().header(), "");
}

#[test]
fn topic_that_only_looks_parted_is_kept() {
    install();
    for topic in [
        "a-partition-",
        "a-partition-+3",
        "a-partition-x",
        "a-partition-99999999999999999999",
    ] {
        on_message(&message(topic, 1, &[]));
        let span = span(&format!("process {topic}"));
        let attributes = attributes(&span.attributes);
        assert_eq!(attributes.get("messaging.destination.partition.id"), None);
    }
}

#[test]
fn key_that_is_not_readable_is_hexadecimal() {
    install();
    let mut received = message("key", 1, &[]);
    received.payload.metadata.partition_key = Some("\u{1}".to_owned());
    on_message(&received);
    let attributes = attributes(&span("process key").attributes);
    assert_eq!(
        attributes["messaging.pulsar.message.key"],
        format!("{:?}", "0x01")
    );
}
