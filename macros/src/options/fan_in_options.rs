//! Options that only `#[fan_in]` takes.

use proc_macro2::Ident;
use syn::parse::ParseStream;
use syn::{Error, Member, Result, Token};

use super::items::set_once;
use super::model::{Options, ParameterOptions};
use super::row::{Row, Syntax};
use super::value::value;

pub(super) const FAN_IN_OPTIONS: [Row<Options>; 2] = [
    Row {
        name: "key",
        syntax: Syntax::Value,
        parse: |options, word, input, _| set_once(&mut options.key, word, field_path(word, input)?),
    },
    Row {
        name: "join",
        syntax: Syntax::Value,
        parse: |options, word, input, _| set_once(&mut options.join, word, type_name(word, input)?),
    },
];

pub(super) const FAN_IN_INPUT_OPTIONS: [Row<ParameterOptions>; 3] = [
    Row {
        name: "key",
        syntax: Syntax::Value,
        parse: |options, word, input, _| set_once(&mut options.key, word, value(word, input)?),
    },
    Row {
        name: "count",
        syntax: Syntax::Value,
        parse: |options, word, input, _| set_once(&mut options.count, word, value(word, input)?),
    },
    Row {
        name: "id",
        syntax: Syntax::Value,
        parse: |options, word, input, _| set_once(&mut options.id, word, value(word, input)?),
    },
];

/// Parses `= order.id`.
fn field_path(word: &Ident, input: ParseStream) -> Result<Vec<Member>> {
    const HELP: &str = "write the field that is the key of every input, `key = order_id`, or an expression for one input, `payment(key = payment.order.id)`";
    let error = |span| Error::new(span, HELP);
    if !input.peek(Token![=]) {
        return Err(error(word.span()));
    }
    let sign: Token![=] = input.parse()?;
    let mut members = Vec::new();
    loop {
        if input.is_empty() {
            return Err(error(sign.span));
        }
        members.push(input.parse().map_err(|_| error(input.span()))?);
        if input.is_empty() || input.peek(Token![,]) {
            return Ok(members);
        }
        input
            .parse::<Token![.]>()
            .map_err(|_| error(input.span()))?;
    }
}

/// Parses `= FulfillOrder`.
fn type_name(word: &Ident, input: ParseStream) -> Result<Ident> {
    const HELP: &str = "write a name for the generated type: `join = FulfillOrder`";
    if !input.peek(Token![=]) {
        return Err(Error::new(word.span(), HELP));
    }
    let sign: Token![=] = input.parse()?;
    if input.is_empty() {
        return Err(Error::new(sign.span, HELP));
    }
    let error = |error: Error| Error::new(error.span(), HELP);
    let name = input.parse().map_err(error)?;
    if !input.is_empty() && !input.peek(Token![,]) {
        return Err(input.error(HELP));
    }
    Ok(name)
}
