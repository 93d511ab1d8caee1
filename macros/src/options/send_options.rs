//! Parses `send("orders", system = "kafka")`: the function sends a message.

use proc_macro2::Ident;
use syn::parse::ParseStream;
use syn::{Error, Result, Token, parenthesized, parse_quote};

use super::items::{each_item, set_once};
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
    const HELP: &str =
        "name the destination and the system: `send(\"orders\", system = \"kafka\")`";
    if !input.peek(syn::token::Paren) {
        return Err(Error::new(word.span(), HELP));
    }
    let content;
    parenthesized!(content in input);
    let (mut destination, mut system, mut template) = (None, None, None);
    let mut mistakes = Errors::default();
    each_item(content.parse()?, &mut mistakes, |input, _| {
        if input.peek(syn::Ident) && input.peek2(Token![=]) && !input.peek2(Token![==]) {
            let word: Ident = input.parse()?;
            let option = match word.to_string().as_str() {
                "system" => &mut system,
                "template" => &mut template,
                other => {
                    let help = format!("there is no option `{other}` of `send`; {HELP}");
                    let _ = value(&word, input);
                    return Err(Error::new(word.span(), help));
                }
            };
            return set_once(option, &word, value(&word, input)?);
        }
        set_once(&mut destination, word, input.parse()?)
    });
    let system = system.unwrap_or_else(|| {
        if mistakes.is_empty() {
            mistakes.at(word, HELP);
        }
        // The function still sends, so it needs no parameter for an event.
        parse_quote!("")
    });
    errors.append(mistakes);
    Ok(SendOptions {
        destination,
        system,
        template,
    })
}
