//! Parses `send("orders", system = "kafka")`: the function sends a message.

use proc_macro2::Ident;
use syn::parse::ParseStream;
use syn::{Error, Expr, Result, Token, parenthesized, parse_quote};

use super::items::{each_item, set_once};
use super::literal::text_literal;
use super::model::Options;
use super::row::{Row, Syntax};
use super::send::SendOptions;
use super::value::value;
use crate::error::Errors;

pub(super) const SEND_OPTIONS: [Row<Options>; 1] = [Row {
    name: "send",
    syntax: Syntax::List {
        example: "\"orders\", system = \"kafka\"",
    },
    parse: |options, word, input, errors| {
        let send = send(word, input, errors)?;
        set_once(&mut options.send, word, send)
    },
}];

fn send(word: &Ident, input: ParseStream, errors: &mut Errors) -> Result<SendOptions> {
    if !input.peek(syn::token::Paren) {
        return Err(Error::new(word.span(), help(None, None)));
    }
    let content;
    parenthesized!(content in input);
    let (mut destination, mut surplus, mut system, mut template) = (None, None, None, None);
    let mut mistakes = Errors::default();
    each_item(content.parse()?, &mut mistakes, |input, _| {
        if input.peek(syn::Ident) && input.peek2(Token![=]) && !input.peek2(Token![==]) {
            let word: Ident = input.parse()?;
            let option = match word.to_string().as_str() {
                "system" => &mut system,
                "template" => &mut template,
                other => {
                    let help = format!(
                        "there is no option `{other}` of `send`; {}",
                        help(None, None)
                    );
                    let _ = value(&word, input);
                    return Err(Error::new(word.span(), help));
                }
            };
            return set_once(option, &word, value(&word, input)?);
        }
        let given: Expr = input.parse()?;
        if destination.is_none() {
            destination = Some(given);
        } else {
            surplus.get_or_insert(given);
        }
        Ok(())
    });
    match (&surplus, &system) {
        (Some(surplus), Some(_)) => {
            mistakes.at(surplus, "remove this: `send` takes one destination");
        }
        (Some(surplus), None) => mistakes.at(surplus, help(destination.as_ref(), Some(surplus))),
        (None, _) => {}
    }
    if mistakes.is_empty() && (destination.is_none() || system.is_none()) {
        mistakes.at(word, help(destination.as_ref(), system.as_ref()));
    }
    errors.append(mistakes);
    // With an error, the function still sends, so it needs no parameter for an event.
    let given = |value: Option<Expr>| value.unwrap_or_else(|| parse_quote!(""));
    Ok(SendOptions {
        destination: given(destination),
        system: given(system),
        template,
    })
}

/// Returns what to write, with the literals that the user wrote.
fn help(destination: Option<&Expr>, system: Option<&Expr>) -> String {
    let written = |value: &Expr| {
        text_literal(value).map_or_else(|| "…".to_owned(), |text| text.token().to_string())
    };
    let missing = match (destination, system) {
        (Some(_), _) => "the system",
        (None, Some(_)) => "the destination",
        (None, None) => "the destination and the system",
    };
    format!(
        "name {missing}: `send({}, system = {})`",
        destination.map_or_else(|| "\"orders\"".to_owned(), written),
        system.map_or_else(|| "\"kafka\"".to_owned(), written),
    )
}
