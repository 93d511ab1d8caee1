//! Parses an attribute: parameters, then options.

use proc_macro2::{Ident, TokenStream};
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{Error, Result, Token, parenthesized};

use super::adapters::adapter;
use super::items::{each_item, set_once, skip_to_comma};
use super::model::{Options, ParameterOptions};
use super::moved_words::{known_from_a_fan_in, known_from_tracing, takes_a_value};
use super::row::Syntax;
use super::table::{option, option_names, parameter_option, parameter_option_names};
use crate::error::Errors;
use crate::macro_kind::MacroKind;
use crate::suggestion::{list, unknown_option};
use crate::tokens::{is_among, is_same};

/// Parses the attribute of a function whose parameters have these names.
pub(crate) fn parse(
    kind: MacroKind,
    tokens: TokenStream,
    bindings: &[Ident],
    errors: &mut Errors,
) -> Options {
    let mut options = Options::default();
    each_item(tokens, errors, |input, errors| {
        item(&mut options, kind, input, bindings, errors)
    });
    options
}

fn item(
    options: &mut Options,
    kind: MacroKind,
    input: ParseStream,
    bindings: &[Ident],
    errors: &mut Errors,
) -> Result<()> {
    let Ok(word) = input.call(Ident::parse_any) else {
        return Err(input.error("expected a parameter's name, or an option such as `name = …`"));
    };
    let row = option(kind, &word.to_string());
    let is_list = row.is_some_and(|row| row.syntax == Syntax::List);
    if input.peek(Token![=]) || (is_list && input.peek(syn::token::Paren)) {
        if let Some(row) = row {
            return (row.parse)(options, &word, input, errors);
        }
        skip_to_comma(input);
        return Err(Error::new(word.span(), no_option(kind, &word, bindings)));
    }
    if !is_among(bindings, &word) {
        let help = known_from_tracing(&word).map(str::to_owned);
        let help = help.or_else(|| known_from_a_fan_in(kind, &word));
        if let Some(help) = help.or_else(|| takes_a_value(kind, &word)) {
            skip_to_comma(input);
            return Err(Error::new(word.span(), help));
        }
        // `handler::event_parameters` reports that there is no such parameter.
        skip_to_comma(input);
    }
    let mut known = options.parameters.iter();
    if known.any(|known| is_same(&known.ident, &word)) {
        errors.at(&word, format!("`{word}` is named twice"));
    }
    let parameter = parameter(kind, word, input, errors)?;
    options.parameters.push(parameter);
    Ok(())
}

fn no_option(kind: MacroKind, word: &Ident, bindings: &[Ident]) -> String {
    if let Some(help) = known_from_tracing(word) {
        help.to_owned()
    } else if let Some(help) = known_from_a_fan_in(kind, word) {
        help
    } else if parameter_option(kind, &word.to_string()).is_some() {
        let parameter = bindings.iter().find(|binding| *binding != "self");
        let parameter = parameter.map_or_else(|| "message".to_owned(), ToString::to_string);
        format!("`{word}` is a parameter's: write it in its parentheses, `{parameter}({word} = …)`")
    } else if is_among(bindings, word) {
        format!("what is said of a parameter stands in parentheses: `{word}(origin = …)`")
    } else {
        unknown_option(&word.to_string(), &option_names(kind))
    }
}

fn parameter(
    kind: MacroKind,
    ident: Ident,
    input: ParseStream,
    errors: &mut Errors,
) -> Result<ParameterOptions> {
    let mut parameter = ParameterOptions::new(ident);
    if input.peek(syn::token::Paren) {
        let content;
        parenthesized!(content in input);
        each_item(content.parse()?, errors, |input, errors| {
            parameter_item(&mut parameter, kind, input, errors)
        });
        parameter.message.check(&parameter.ident, errors);
    } else if !input.is_empty() && !input.peek(Token![,]) {
        return Err(input.error(format!(
            "expected `,` after `{0}`, or what there is to say of it: `{0}(origin = …)`",
            parameter.ident
        )));
    }
    Ok(parameter)
}

fn parameter_item(
    parameter: &mut ParameterOptions,
    kind: MacroKind,
    input: ParseStream,
    errors: &mut Errors,
) -> Result<()> {
    let Ok(word) = input.call(Ident::parse_any) else {
        let names = list(&parameter_option_names(kind));
        return Err(input.error(format!("expected {names}")));
    };
    let name = word.to_string();
    if let Some(row) = parameter_option(kind, &name) {
        return (row.parse)(parameter, &word, input, errors);
    }
    let is_option = option(kind, &name).is_some() || known_from_a_fan_in(kind, &word).is_some();
    if !is_option && !input.peek(Token![=]) && !input.peek(syn::token::Paren) {
        parameter.message.has_unknown_client = true;
        let adapter = adapter(word, input)?;
        return set_once(
            &mut parameter.message.adapter,
            &adapter.client.clone(),
            adapter,
        );
    }
    skip_to_comma(input);
    let help = if option(kind, &name).is_some() {
        format!("`{name}` is the handler's, not a parameter's: write it after the parameters")
    } else {
        known_from_a_fan_in(kind, &word)
            .unwrap_or_else(|| unknown_option(&name, &parameter_option_names(kind)))
    };
    Err(Error::new(word.span(), help))
}
