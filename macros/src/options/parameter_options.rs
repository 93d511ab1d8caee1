//! Options in a parameter's parentheses.

use super::attribute_list::attribute_list;
use super::items::set_once;
use super::model::ParameterOptions;
use super::row::{Row, Syntax};
use super::value::value;

pub(super) const PARAMETER_OPTIONS: [Row<ParameterOptions>; 3] = [
    Row {
        name: "origin",
        syntax: Syntax::Value,
        parse: |options, word, input, _| set_once(&mut options.origin, word, value(word, input)?),
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
];
