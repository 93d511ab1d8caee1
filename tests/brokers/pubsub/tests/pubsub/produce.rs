//! Attributes that producers write.

use std::collections::HashMap;

use google_cloud_pubsub::model::Message;
use linked_span::messaging::google_cloud_pubsub::headers;
use linked_span::{Origin, linked_span};
use linked_span_tests_brokers_common::{assert_attributes, install, produced, span};

use crate::{ONE, TWO, message};

fn attributes(pairs: &[(&str, &str)]) -> HashMap<String, String> {
    let pairs = pairs.iter();
    pairs
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

#[test]
fn headers_of_the_active_span_replace_those_of_an_earlier_hop() {
    let message = message(&[
        ("app", "1"),
        ("Traceparent", ONE),
        ("tracestate", "a=1"),
        ("baggage", "tenant=acme"),
        ("googclient_traceparent", TWO),
        ("googclient_app", "2"),
    ]);
    let mut headers = HashMap::new();
    let producer = produced("forward", |_| {
        headers = headers!(replacing message.attributes)
    });
    let context = format!("00-{}-{}-01", producer.trace_id(), producer.span_id());
    let expected = [
        ("app", "1"),
        ("googclient_app", "2"),
        ("traceparent", &context),
    ];
    assert_eq!(headers, attributes(&expected));
    // Without an active span, all attributes remain.
    assert_eq!(headers!(replacing & message.attributes), message.attributes);
}

fn origin(baggage: &str) -> Origin {
    let fields = [
        ("traceparent", ONE),
        ("tracestate", "a=1"),
        ("baggage", baggage),
    ];
    linked_span::extract(&fields)
}

#[test]
fn headers_of_an_origin_are_written_and_none_without_one() {
    assert!(headers!().is_empty());
    let expected = [
        ("traceparent", ONE),
        ("tracestate", "a=1"),
        ("baggage", "tenant=acme"),
    ];
    assert_eq!(headers!(of origin("tenant=acme")), attributes(&expected));
}

#[test]
fn baggage_that_pubsub_would_reject_is_omitted() {
    let baggage = |length: usize| format!("tenant={}", "a".repeat(length - "tenant=".len()));
    assert_eq!(headers!(of origin(&baggage(1024))).len(), 3);
    let expected = [("traceparent", ONE), ("tracestate", "a=1")];
    assert_eq!(headers!(of origin(&baggage(1025))), attributes(&expected));
}

#[test]
fn context_that_does_not_fit_into_a_hundred_attributes_is_omitted() {
    for (own, written) in [(97, 3), (98, 2), (99, 1), (100, 0), (101, 0)] {
        let own: HashMap<_, _> = (0..own)
            .map(|number| (format!("app-{number}"), "1".to_owned()))
            .collect();
        let headers = headers!(replacing own, of origin("tenant=acme"));
        assert_eq!(headers.len() - own.len(), written);
    }
}

#[linked_span(send("orders", system = "gcp_pubsub"))]
fn publish() -> Message {
    message(&[]).set_attributes(headers!())
}

#[linked_span(message(google_cloud_pubsub, destination = "sent"))]
fn on_sent(message: &Message) {}

#[test]
fn context_of_the_sending_span_arrives_at_the_consumer() {
    install();
    on_sent(&publish());
    let sent = span("send orders");
    assert_attributes(
        &sent.attributes,
        r#"
        messaging.system = "gcp_pubsub"
        messaging.operation.name = "send"
        messaging.operation.type = "send"
        messaging.destination.name = "orders"
        "#,
    );
    let received = span("process sent");
    assert_eq!(
        received.links.links[0].span_context.span_id(),
        sent.span_context.span_id()
    );
}
