//! The clients whose messages can be read.

use proc_macro2::Ident;
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{Error, Result, Token};

use super::message_options::Adapter;
use crate::suggestion::{did_you_mean, list};

const ADAPTERS: [&str; 4] = ["rdkafka", "async_nats", "async_nats::jetstream", "lapin"];

/// Names of systems and of other clients, and the client that is meant.
const MEANT: [(&str, &str); 9] = [
    ("kafka", "rdkafka"),
    ("nats", "async_nats"),
    ("jetstream", "async_nats::jetstream"),
    ("async_nats::core", "async_nats"),
    ("nats::jetstream", "async_nats::jetstream"),
    ("rabbitmq", "lapin"),
    ("rabbit", "lapin"),
    ("amqp", "lapin"),
    ("amqp091", "lapin"),
];

/// Parses the rest of a client's path, which begins with this word.
pub(super) fn adapter(word: Ident, input: ParseStream) -> Result<Adapter> {
    let mut module = None;
    if input.peek(Token![::]) {
        input.parse::<Token![::]>()?;
        module = Some(input.call(Ident::parse_any)?);
    }
    let path = module
        .as_ref()
        .map_or_else(|| word.to_string(), |module| format!("{word}::{module}"));
    if ADAPTERS.contains(&path.as_str()) {
        return Ok(Adapter {
            client: word,
            module,
        });
    }
    let meant = MEANT.iter().find(|(known, _)| *known == path);
    let near = match meant {
        Some((_, meant)) => format!("; did you mean `{meant}`?"),
        None => did_you_mean(&path, ADAPTERS),
    };
    let others = if near.is_empty() {
        format!(
            "; there are {}, and `view = path::to::function` reads the messages of others",
            list(&ADAPTERS).replace(" or ", " and ")
        )
    } else {
        near
    };
    Err(Error::new(
        word.span(),
        format!("there is no client `{path}`{others}"),
    ))
}
