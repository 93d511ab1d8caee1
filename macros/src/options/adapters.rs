//! The clients that have an adapter.

use proc_macro2::Ident;
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{Error, Result, Token};

use super::message::Adapter;
use crate::suggestion::{list, nearest};

const ADAPTERS: &[&str] = &[
    "rdkafka",
    "async_nats",
    "async_nats::jetstream",
    "lapin",
    "amqprs",
    "rskafka",
    "krafka",
    "fe2o3_amqp",
    "azservicebus",
    "pulsar",
    "aws_sdk_sqs",
    "redis",
    "rumqttc",
    "google_cloud_pubsub",
    "cloudevents",
];

/// The names of systems and of other clients, with the client to suggest.
const MEANT: &[(&str, &str)] = &[
    ("kafka", "rdkafka"),
    ("nats", "async_nats"),
    ("jetstream", "async_nats::jetstream"),
    ("async_nats::core", "async_nats"),
    ("nats::jetstream", "async_nats::jetstream"),
    ("rabbitmq", "lapin"),
    ("rabbit", "lapin"),
    ("amqp", "lapin"),
    ("amqp091", "lapin"),
    ("amqp10", "fe2o3_amqp"),
    ("fe2o3", "fe2o3_amqp"),
    ("servicebus", "azservicebus"),
    ("service_bus", "azservicebus"),
    ("sqs", "aws_sdk_sqs"),
    ("aws_sqs", "aws_sdk_sqs"),
    ("redis::streams", "redis"),
    ("mqtt", "rumqttc"),
    ("rumqttc::v5", "rumqttc"),
    ("pubsub", "google_cloud_pubsub"),
    ("gcp_pubsub", "google_cloud_pubsub"),
    ("cloudevent", "cloudevents"),
    ("cloudevents_sdk", "cloudevents"),
];

/// Parses the rest of a client's path, which begins with this word.
pub(super) fn adapter(word: Ident, input: ParseStream) -> Result<Adapter> {
    let mut written = word.to_string();
    // A package's name may have hyphens, where its crate has underscores.
    while input.peek(Token![-]) && input.peek2(Ident::peek_any) {
        input.parse::<Token![-]>()?;
        written.push('-');
        written.push_str(&input.call(Ident::parse_any)?.to_string());
    }
    let mut module = None;
    if input.peek(Token![::]) {
        input.parse::<Token![::]>()?;
        let name = input.call(Ident::parse_any)?;
        written.push_str("::");
        written.push_str(&name.to_string());
        module = Some(name);
    }
    if ADAPTERS.contains(&written.as_str()) {
        return Ok(Adapter {
            client: word,
            module,
        });
    }
    let path = written.replace('-', "_");
    let meant = MEANT.iter().find(|(known, _)| *known == path);
    let near = meant
        .map(|(_, meant)| *meant)
        .or_else(|| nearest(&path, ADAPTERS.iter().copied()));
    let help = match near {
        Some(near) => format!("did you mean `{near}`? there is no client `{written}`"),
        None => format!(
            "use {}, or `view = path::to::function` for another client: there is no client `{written}`",
            list(ADAPTERS)
        ),
    };
    Err(Error::new(word.span(), help))
}
