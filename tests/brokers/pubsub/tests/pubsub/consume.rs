//! Handlers of one message and of a batch.

use google_cloud_pubsub::model::Message;
use linked_span::linked_span;
use linked_span::messaging::google_cloud_pubsub::describe;
use linked_span_tests_brokers_common::{assert_attributes, install, span, tenant};
use opentelemetry::trace::SpanKind;

use crate::{ONE, TWO, message};

#[linked_span(message(google_cloud_pubsub, destination = "billing", group = "billing"))]
async fn on_order(message: &Message) -> usize {
    message.data.len()
}

#[tokio::test]
async fn message_of_a_subscription_is_linked_and_described() {
    install();
    let message = message(&[("traceparent", ONE)]).set_ordering_key("order-7");
    assert_eq!(on_order(&message).await, 4);
    let span = span("process billing");
    assert_eq!(span.span_kind, SpanKind::Consumer);
    assert_attributes(
        &span.attributes,
        r#"
        messaging.system = "gcp_pubsub"
        messaging.operation.name = "process"
        messaging.operation.type = "process"
        messaging.destination.name = "billing"
        messaging.consumer.group.name = "billing"
        messaging.message.id = "7"
        messaging.message.body.size = 4
        messaging.gcp_pubsub.message.ordering_key = "order-7"
        "#,
    );
    let [link] = span.links.links.as_slice() else {
        panic!("one link: {:?}", span.links);
    };
    assert_eq!(link.span_context.span_id().to_string(), "1111111111111111");
    assert_attributes(&link.attributes, r#"link.relationship = "triggered_by""#);
}

#[linked_span(messages(google_cloud_pubsub, destination = "batch"))]
async fn on_batch(messages: &[Message]) {}

#[tokio::test]
async fn batch_is_linked_to_each_message() {
    install();
    let messages = [ONE, TWO].map(|context| {
        let message = message(&[("traceparent", context)]);
        message.set_message_id(&context[3..4])
    });
    on_batch(&messages).await;
    let span = span("process batch");
    assert_attributes(
        &span.attributes,
        r#"
        messaging.system = "gcp_pubsub"
        messaging.operation.name = "process"
        messaging.operation.type = "process"
        messaging.batch.message_count = 2
        messaging.destination.name = "batch"
        messaging.message.body.size = 4
        "#,
    );
    assert_eq!(span.links.links.len(), 2);
    for (link, id) in span.links.links.iter().zip(["1", "2"]) {
        assert_eq!(link.span_context.span_id().to_string(), id.repeat(16));
        assert_attributes(
            &link.attributes,
            &format!("messaging.message.id = \"{id}\""),
        );
    }
}

#[linked_span(message(view = describe!(message)
    .destination("attempts")
    .delivery_count(attempt.unwrap_or(-1))))]
fn on_attempt(message: &Message, attempt: Option<i32>) {}

#[test]
fn attempt_of_the_client_s_handler_is_recorded() {
    install();
    on_attempt(&message(&[]), Some(3));
    assert_attributes(
        &span("process attempts").attributes,
        r#"
        messaging.system = "gcp_pubsub"
        messaging.operation.name = "process"
        messaging.operation.type = "process"
        messaging.destination.name = "attempts"
        messaging.message.id = "7"
        messaging.message.body.size = 4
        messaging.gcp_pubsub.message.delivery_attempt = 3
        "#,
    );
}

#[linked_span(message(google_cloud_pubsub), name = name.to_owned())]
fn on_message(message: &Message, name: &str) -> Option<String> {
    tenant()
}

/// Returns the ids of the linked spans, the state, and the tenant.
fn handled(name: &str, attributes: &[(&str, &str)]) -> (Vec<String>, String, Option<String>) {
    install();
    let tenant = on_message(&message(attributes), name);
    let links = span(name).links.links;
    let ids = links
        .iter()
        .map(|link| link.span_context.span_id().to_string());
    let state = links
        .first()
        .map(|link| link.span_context.trace_state().header());
    (ids.collect(), state.unwrap_or_default(), tenant)
}

#[test]
fn context_of_google_s_clients_is_linked_if_there_is_no_other() {
    let (ids, state, tenant) = handled(
        "google",
        &[
            ("googclient_traceparent", TWO),
            ("googclient_tracestate", "b=2"),
            ("googclient_baggage", "tenant=acme"),
        ],
    );
    assert_eq!(ids, ["2222222222222222"]);
    assert_eq!(state, "b=2");
    assert_eq!(tenant.as_deref(), Some("acme"));
    let (ids, state, _) = handled(
        "google-and-other",
        &[
            ("traceparent", ONE),
            ("googclient_traceparent", TWO),
            ("googclient_tracestate", "b=2"),
        ],
    );
    assert_eq!(ids, ["1111111111111111"]);
    assert_eq!(state, "");
}

#[test]
fn baggage_without_a_context_is_kept_beside_the_context_of_google_s_clients() {
    let (ids, _, tenant) = handled(
        "baggage",
        &[
            ("baggage", "tenant=acme"),
            ("googclient_traceparent", TWO),
            ("googclient_baggage", "tenant=other"),
        ],
    );
    assert_eq!(ids, ["2222222222222222"]);
    assert_eq!(tenant.as_deref(), Some("acme"));
}

#[test]
fn malformed_context_of_google_s_clients_makes_no_link() {
    let (ids, ..) = handled("malformed", &[("googclient_traceparent", "00-1-2-01")]);
    assert!(ids.is_empty());
}
