//! Parses an attribute: parameters, then options.

use proc_macro2::{Ident, TokenStream};
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{Error, Result, Token, parenthesized};

use super::adapters::adapter;
use super::items::{each_item, set_once, skip_to_comma};
use super::model::{Options, ParameterOptions};
use super::moved_words::{option_without_value, word_of_fan_in, word_of_tracing};
use super::row::Syntax;
use super::table::{option, option_names, parameter_option, parameter_option_names};
use crate::error::Errors;
use crate::macro_kind::MacroKind;
use crate::suggestion::{list, unknown_option};
use crate::tokens::{contains_name, is_same_name};

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
        return Err(input.error("write the name of a parameter, or an option such as `name = …`"));
    };
    let row = option(kind, &word.to_string());
    let is_list = row.is_some_and(|row| matches!(row.syntax, Syntax::List { .. }));
    if input.peek(Token![=]) || (is_list && input.peek(syn::token::Paren)) {
        if let Some(row) = row {
            return (row.parse)(options, &word, input, errors);
        }
        skip_to_comma(input);
        return Err(Error::new(word.span(), no_option(kind, &word, bindings)));
    }
    if !contains_name(bindings, &word) {
        let help = word_of_tracing(&word).map(str::to_owned);
        let help = help.or_else(|| word_of_fan_in(kind, &word));
        if let Some(help) = help.or_else(|| option_without_value(kind, &word)) {
            skip_to_comma(input);
            return Err(Error::new(word.span(), help));
        }
        // `handler::event_parameters` reports that there is no such parameter.
        skip_to_comma(input);
    }
    let mut known = options.parameters.iter();
    if known.any(|known| is_same_name(&known.ident, &word)) {
        errors.at(&word, format!("remove this `{word}`: it is already named"));
    }
    let parameter = parameter(kind, word, input, errors)?;
    options.parameters.push(parameter);
    Ok(())
}

fn no_option(kind: MacroKind, word: &Ident, bindings: &[Ident]) -> String {
    if let Some(help) = word_of_tracing(word) {
        help.to_owned()
    } else if let Some(help) = word_of_fan_in(kind, word) {
        help
    } else if parameter_option(kind, &word.to_string()).is_some() {
        let parameter = bindings.iter().find(|binding| *binding != "self");
        let parameter = parameter.map_or_else(|| "message".to_owned(), ToString::to_string);
        format!("write `{parameter}({word} = …)`: the options of a parameter go in parentheses")
    } else if contains_name(bindings, word) {
        format!("write `{word}(origin = …)`: the options of a parameter go in parentheses")
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
            "write `,` after `{0}`, or its options in parentheses: `{0}(origin = …)`",
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
        return Err(input.error(format!("write {names}")));
    };
    let name = word.to_string();
    if let Some(row) = parameter_option(kind, &name) {
        return (row.parse)(parameter, &word, input, errors);
    }
    let is_option = option(kind, &name).is_some() || word_of_fan_in(kind, &word).is_some();
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
        format!("move `{name}` after the parameters: it is an option of the handler")
    } else {
        word_of_fan_in(kind, &word)
            .unwrap_or_else(|| unknown_option(&name, &parameter_option_names(kind)))
    };
    Err(Error::new(word.span(), help))
}
