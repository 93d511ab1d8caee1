//! What the parentheses of a parameter say about a broker's message.

use proc_macro2::Ident;
use syn::{Expr, Path};

use super::literal::text_literal;
use crate::error::Errors;

/// Holds the options of a message.
#[derive(Clone, Default)]
pub(crate) struct MessageOptions {
    /// The client of the message, such as `rdkafka`.
    pub(crate) adapter: Option<Adapter>,
    /// The path of the client from `client = …`, if the client has another name than its crate.
    pub(crate) client: Option<Path>,
    pub(crate) view: Option<Expr>,
    /// What the client's messages do not say, such as those of AMQP 1.0.
    pub(crate) system: Option<Expr>,
    pub(crate) destination: Option<Expr>,
    pub(crate) template: Option<Expr>,
    pub(crate) group: Option<Expr>,
    /// The first of these options, where errors are reported.
    first: Option<Ident>,
    /// `true` if the client is unknown, which is already an error.
    pub(super) has_unknown_client: bool,
}

/// Holds a client's path, such as `rdkafka` or `async_nats::jetstream`.
#[derive(Clone)]
pub(crate) struct Adapter {
    pub(crate) client: Ident,
    pub(crate) module: Option<Ident>,
}

impl Adapter {
    /// Returns the client's messaging system.
    pub(crate) fn system(&self) -> &'static str {
        match self.client.to_string().as_str() {
            "rdkafka" | "rskafka" | "krafka" => "kafka",
            "lapin" | "amqprs" => "rabbitmq",
            "fe2o3_amqp" => "amqp",
            "azservicebus" => "servicebus",
            "pulsar" => "pulsar",
            "aws_sdk_sqs" => "aws_sqs",
            "redis" => "redis",
            "rumqttc" => "mqtt",
            "google_cloud_pubsub" => "gcp_pubsub",
            "cloudevents" => "cloudevents",
            _ => "nats",
        }
    }

    /// Returns what a function takes whose messages must not borrow.
    pub(crate) fn owned(&self) -> &'static str {
        if self.client == "rdkafka" {
            "the `OwnedMessage` that `detach()` returns"
        } else {
            "an owned type"
        }
    }
}

impl MessageOptions {
    /// Keeps the first of the options that need a client.
    pub(super) fn first(&mut self, word: &Ident) {
        self.first.get_or_insert_with(|| word.clone());
    }

    /// Returns `true` if reading the message needs no computation.
    pub(crate) fn is_constant(&self) -> bool {
        let is_text = |value: &Expr| text_literal(value).is_some();
        let mut given = self.given().into_iter();
        let is_function = |view: &Expr| matches!(view, Expr::Path(_));
        given.all(|given| given.as_ref().is_none_or(is_text))
            && self.view.as_ref().is_none_or(is_function)
    }

    /// Returns the expressions that may name parameters.
    pub(crate) fn expressions(&self) -> impl Iterator<Item = &Expr> {
        let view = self.view.as_ref();
        view.into_iter().chain(self.given().into_iter().flatten())
    }

    fn given(&self) -> [&Option<Expr>; 4] {
        [&self.system, &self.destination, &self.template, &self.group]
    }

    /// Reports options that exclude each other.
    pub(super) fn check(&self, parameter: &Ident, errors: &mut Errors) {
        let Self {
            adapter,
            client,
            view,
            first,
            ..
        } = self;
        if let Some(Expr::Closure(closure)) = view {
            errors.at(
                &closure.inputs,
                "name a function, `view = describe` with `fn describe(message: &M) -> linked_span::messaging::Message<'_>`, or write an expression over the parameter: the types of a closure cannot be inferred here",
            );
        }
        match (adapter, view) {
            (Some(adapter), Some(_)) => errors.at(
                &adapter.client,
                format!("leave `{}` out: `view` reads the message", adapter.client),
            ),
            (None, Some(_)) => {
                if let Some(client) = client {
                    errors.at(client, "leave `client` out: `view` reads the message");
                }
            }
            (None, None) => {
                if let Some(option) = first.as_ref().filter(|_| !self.has_unknown_client) {
                    errors.at(
                        option,
                        format!("name the client whose message this is: `{parameter}(rdkafka, {option} = …)`"),
                    );
                }
            }
            (Some(_), None) => {}
        }
    }
}
