//! A queue for one test, and messages without a server.

use std::collections::HashMap;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_sqs::types::{Message, MessageAttributeValue, MessageSystemAttributeName};

pub const ONE: &str = "00-11111111111111111111111111111111-1111111111111111-01";
pub const TWO: &str = "00-22222222222222222222222222222222-2222222222222222-01";

pub fn url() -> String {
    std::env::var("AWS_URL").expect("AWS_URL: run the tests by `servers/aws cargo test`")
}

pub fn credentials() -> Credentials {
    Credentials::new("key", "secret", None, None, "tests")
}

pub fn client() -> Client {
    let configuration = aws_sdk_sqs::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-central-1"))
        .credentials_provider(credentials())
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .endpoint_url(url());
    Client::from_conf(configuration.build())
}

/// Creates a queue that no other test uses, and returns its URL.
pub async fn queue(client: &Client, name: &str) -> String {
    let created = client.create_queue().queue_name(name).send().await;
    created.expect("a queue").queue_url.expect("a URL")
}

/// Receives messages with all their attributes, and makes them visible again at once.
pub async fn receive(client: &Client, queue: &str) -> Vec<Message> {
    let received = client
        .receive_message()
        .queue_url(queue)
        .message_attribute_names("All")
        .message_system_attribute_names(MessageSystemAttributeName::All)
        .max_number_of_messages(10)
        .visibility_timeout(0)
        .send()
        .await;
    received.expect("an answer").messages.expect("messages")
}

pub fn text(value: &str) -> MessageAttributeValue {
    let attribute = MessageAttributeValue::builder().data_type("String");
    attribute.string_value(value).build().expect("a value")
}

pub fn attributes(pairs: &[(&str, &str)]) -> HashMap<String, MessageAttributeValue> {
    let pairs = pairs.iter();
    pairs
        .map(|(name, value)| ((*name).to_owned(), text(value)))
        .collect()
}

/// Returns the attributes in which a producer in another language wrote its context.
pub fn attributes_of(context: &opentelemetry::Context) -> HashMap<String, MessageAttributeValue> {
    let mut fields: Vec<(String, String)> = Vec::new();
    {
        let _active = context.clone().attach();
        linked_span::inject(&mut fields);
    }
    let fields = fields.iter();
    fields
        .map(|(name, value)| (name.clone(), text(value)))
        .collect()
}

/// Returns a message without a server.
pub fn message(body: &str, pairs: &[(&str, &str)]) -> Message {
    Message::builder()
        .message_id("in-memory")
        .body(body)
        .set_message_attributes(Some(attributes(pairs)))
        .build()
}
