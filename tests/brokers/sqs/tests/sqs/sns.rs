//! Messages that came through SNS, with and without raw message delivery.

use aws_sdk_sqs::types::Message;
use linked_span::linked_span;
use linked_span_tests_brokers_common::{install, link_to, produced, span, tenant};

use crate::server::{ONE, TWO, attributes_of, client, credentials, message, queue, receive, url};

#[linked_span(message(aws_sdk_sqs), name = name.to_owned())]
async fn on_message(message: &Message, name: &str) -> Option<String> {
    tenant()
}

fn topics() -> aws_sdk_sns::Client {
    let configuration = aws_sdk_sns::Config::builder()
        .behavior_version(aws_sdk_sns::config::BehaviorVersion::latest())
        .region(aws_sdk_sns::config::Region::new("eu-central-1"))
        .credentials_provider(credentials())
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .endpoint_url(url());
    aws_sdk_sns::Client::from_conf(configuration.build())
}

async fn is_linked_through_a_topic(name: &str, is_raw: bool) -> Message {
    let (topics, client) = (topics(), client());
    let queue = queue(&client, name).await;
    let topic = topics
        .create_topic()
        .name(name)
        .send()
        .await
        .expect("a topic");
    let topic = topic.topic_arn.expect("an ARN");
    topics
        .subscribe()
        .topic_arn(&topic)
        .protocol("sqs")
        .endpoint(format!("arn:aws:sqs:eu-central-1:123456789012:{name}"))
        .attributes("RawMessageDelivery", is_raw.to_string())
        .send()
        .await
        .expect("a subscription");

    let mut publish = topics.publish().topic_arn(&topic).message("paid");
    let producer = produced(name, |context| {
        for (name, value) in attributes_of(context) {
            let attribute = aws_sdk_sns::types::MessageAttributeValue::builder();
            let attribute = attribute
                .data_type("String")
                .string_value(value.string_value.expect("text"));
            publish = publish
                .clone()
                .message_attributes(name, attribute.build().expect("a value"));
        }
    });
    publish.send().await.expect("published");
    let messages = receive(&client, &queue).await;

    let name = format!("through {name}");
    on_message(&messages[0], &name).await;
    let span = span(&name);
    link_to(&span, &producer);
    messages.into_iter().next().expect("a message")
}

#[tokio::test]
async fn message_of_a_topic_with_raw_delivery_is_linked() {
    let message = is_linked_through_a_topic("raw", true).await;
    assert_eq!(message.body(), Some("paid"));
}

#[tokio::test]
async fn message_of_a_topic_without_raw_delivery_is_linked_by_its_body() {
    let message = is_linked_through_a_topic("wrapped", false).await;
    assert!(message.message_attributes().is_none());
}

/// Returns the ids of the linked spans, and the tenant.
async fn handled(name: &str, message: &Message) -> (Vec<String>, Option<String>) {
    install();
    let tenant = on_message(message, name).await;
    let links = span(name).links;
    let ids = links
        .links
        .iter()
        .map(|link| link.span_context.span_id().to_string());
    (ids.collect(), tenant)
}

fn notification(attributes: &str) -> String {
    format!(r#"{{"Type": "Notification", "Message": "paid", "MessageAttributes": {attributes}}}"#)
}

fn text(name: &str, value: &str) -> String {
    format!(r#""{name}": {{"Type": "String", "Value": "{value}"}}"#)
}

#[tokio::test]
async fn context_of_the_message_s_own_attributes_is_preferred_to_its_body_s() {
    let body = notification(&format!("{{{}}}", text("traceparent", TWO)));
    let (links, _) = handled("both", &message(&body, &[("traceparent", ONE)])).await;
    assert_eq!(links, ["1111111111111111"]);
}

#[tokio::test]
async fn baggage_of_a_body_is_active_in_the_handler() {
    let body = notification(&format!(
        "{{{}, {}}}",
        text("traceparent", TWO),
        text("baggage", "tenant=acme")
    ));
    let (links, tenant) = handled("baggage", &message(&body, &[])).await;
    assert_eq!(links, ["2222222222222222"]);
    assert_eq!(tenant.as_deref(), Some("acme"));
}

#[tokio::test]
async fn body_of_another_form_makes_no_link() {
    let attribute = text("traceparent", ONE);
    let deep = format!("{}\"MessageAttributes\"", "{\"a\":".repeat(10_000));
    for (number, body) in [
        String::new(),
        "\"MessageAttributes\"".to_owned(),
        "{\"MessageAttributes\"".to_owned(),
        deep,
        format!(r#"{{"MessageAttributes": {{{attribute}}}}}"#),
        notification("null"),
        notification("[1]"),
        notification(r#"{"traceparent": 1}"#),
        notification(r#"{"traceparent": {"Type": "Binary", "Value": "MDA="}}"#),
        notification(r#"{"traceparent": {"Type": "String"}}"#),
    ]
    .iter()
    .enumerate()
    {
        let (links, _) = handled(&format!("body {number}"), &message(body, &[])).await;
        assert!(links.is_empty(), "{body}");
    }
}
