//! Options of a parameter that is a broker's message, or a batch of them.

use proc_macro2::Ident;
use syn::parse::ParseStream;
use syn::{Path, Result};

use super::items::set_once;
use super::model::ParameterOptions;
use super::row::{Row, Syntax};
use super::value::{path, value};

pub(super) const MESSAGE_OPTIONS: [Row<ParameterOptions>; 6] = [
    Row {
        name: "view",
        syntax: Syntax::Value,
        parse: |options, word, input, _| {
            set_once(&mut options.message.view, word, value(word, input)?)
        },
    },
    Row {
        name: "system",
        syntax: Syntax::Value,
        parse: |options, word, input, _| {
            options.message.first(word);
            set_once(&mut options.message.system, word, value(word, input)?)
        },
    },
    Row {
        name: "destination",
        syntax: Syntax::Value,
        parse: |options, word, input, _| {
            options.message.first(word);
            set_once(&mut options.message.destination, word, value(word, input)?)
        },
    },
    Row {
        name: "template",
        syntax: Syntax::Value,
        parse: |options, word, input, _| {
            options.message.first(word);
            set_once(&mut options.message.template, word, value(word, input)?)
        },
    },
    Row {
        name: "group",
        syntax: Syntax::Value,
        parse: |options, word, input, _| {
            options.message.first(word);
            set_once(&mut options.message.group, word, value(word, input)?)
        },
    },
    Row {
        name: "client",
        syntax: Syntax::Value,
        parse: |options, word, input, _| {
            options.message.first(word);
            set_once(&mut options.message.client, word, client(word, input)?)
        },
    },
];

fn client(word: &Ident, input: ParseStream) -> Result<Path> {
    const HELP: &str = "`client` takes a path to the client's crate: `client = kafka::rdkafka`";
    path(word, input, HELP)
}
