//! Options of the handler's span.

use super::attribute_list::attribute_list;
use super::items::set_once;
use super::model::Options;
use super::row::{Row, Syntax};
use super::value::{choice, crate_path, value};

const KINDS: [&str; 5] = ["consumer", "producer", "internal", "server", "client"];
const PARENTS: [&str; 3] = ["current", "root", "event"];
const ERRORS: [&str; 3] = ["full", "type", "off"];

pub(super) const SPAN_OPTIONS: [Row<Options>; 9] = [
    Row {
        name: "name",
        syntax: Syntax::Value,
        parse: |options, word, input, _| set_once(&mut options.name, word, value(word, input)?),
    },
    Row {
        name: "kind",
        syntax: Syntax::Value,
        parse: |options, word, input, _| {
            set_once(&mut options.kind, word, choice(word, input, &KINDS)?)
        },
    },
    Row {
        name: "relationship",
        syntax: Syntax::Value,
        parse: |options, word, input, _| {
            set_once(&mut options.relationship, word, value(word, input)?)
        },
    },
    Row {
        name: "attributes",
        syntax: Syntax::List {
            example: "order.id = event.order_id",
        },
        parse: |options, word, input, errors| {
            let attributes = attribute_list(input, errors)?;
            set_once(&mut options.attributes, word, attributes)
        },
    },
    Row {
        name: "parent",
        syntax: Syntax::Value,
        parse: |options, word, input, _| {
            set_once(&mut options.parent, word, choice(word, input, &PARENTS)?)
        },
    },
    Row {
        name: "errors",
        syntax: Syntax::Value,
        parse: |options, word, input, _| {
            set_once(&mut options.errors, word, choice(word, input, &ERRORS)?)
        },
    },
    Row {
        name: "scope",
        syntax: Syntax::Value,
        parse: |options, word, input, _| set_once(&mut options.scope, word, value(word, input)?),
    },
    Row {
        name: "tracer",
        syntax: Syntax::Value,
        parse: |options, word, input, _| set_once(&mut options.tracer, word, value(word, input)?),
    },
    Row {
        name: "crate",
        syntax: Syntax::Value,
        parse: |options, word, input, _| {
            set_once(&mut options.crate_path, word, crate_path(word, input)?)
        },
    },
];
