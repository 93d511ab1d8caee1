//! Parses an attribute: parameters, then options.

use proc_macro2::{Ident, TokenStream, TokenTree};
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{Error, Result, Token, parenthesized};

use super::adapters::adapter;
use super::items::{each_item, set_once, skip_to_comma};
use super::model::{Options, ParameterOptions};
use super::moved_words::{
    moved_word, only_of_fan_in, option_without_value, word_of_fan_in, word_of_types,
};
use super::row::Syntax;
use super::table::{
    is_of_inputs_only, option, option_names, parameter_option, parameter_option_names,
};
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
    let all = tokens.clone();
    each_item(tokens, errors, |input, errors| {
        item(&mut options, kind, input, bindings, &all, errors)
    });
    options
}

/// Returns `true` if the attribute has `send(…)`, which may come after an option that belongs to it.
fn sends(kind: MacroKind, tokens: &TokenStream) -> bool {
    let tokens: Vec<TokenTree> = tokens.clone().into_iter().collect();
    let is_send = |pair: &[TokenTree]| matches!(pair, [TokenTree::Ident(word), TokenTree::Group(_)] if word == "send");
    option(kind, "send").is_some() && tokens.windows(2).any(is_send)
}

fn item(
    options: &mut Options,
    kind: MacroKind,
    input: ParseStream,
    bindings: &[Ident],
    all: &TokenStream,
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
        let help = no_option(options, kind, &word, bindings, all);
        return Err(Error::new(word.span(), help));
    }
    if !contains_name(bindings, &word) {
        if let Some(help) = moved_word(kind, &word).or_else(|| option_without_value(kind, &word)) {
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

fn no_option(
    options: &Options,
    kind: MacroKind,
    word: &Ident,
    bindings: &[Ident],
    all: &TokenStream,
) -> String {
    if let Some(help) = moved_word(kind, word) {
        help
    } else if is_of_inputs_only(kind, &word.to_string()) {
        only_of_fan_in(std::slice::from_ref(word))
    } else if parameter_option(kind, &word.to_string()).is_some() {
        in_parentheses(options, word, bindings, sends(kind, all))
    } else if contains_name(bindings, word) {
        format!("write `{word}(origin = …)`: the options of a parameter go in parentheses")
    } else {
        unknown_option(&word.to_string(), &option_names(kind))
    }
}

/// Returns where an option belongs that is written outside of parentheses.
fn in_parentheses(options: &Options, word: &Ident, bindings: &[Ident], sends: bool) -> String {
    let named = options.parameters.first().map(|named| &named.ident);
    let of_send = match word.to_string().as_str() {
        "destination" => "`send(\"orders\", system = …)`",
        "system" => "`send(…, system = …)`",
        "template" => "`send(…, system = …, template = …)`",
        _ => "",
    };
    if sends && !of_send.is_empty() {
        let of_parameter = named.map(|named| format!("`{named}({word} = …)` or "));
        let of_parameter = of_parameter.unwrap_or_default();
        return format!("write {of_parameter}{of_send}: `{word}` belongs inside the parentheses");
    }
    let parameter = named.or_else(|| bindings.iter().find(|binding| *binding != "self"));
    let parameter = parameter.map_or_else(|| "message".to_owned(), ToString::to_string);
    format!("write `{parameter}({word} = …)`: the options of a parameter go in parentheses")
}

fn parameter(
    kind: MacroKind,
    ident: Ident,
    input: ParseStream,
    errors: &mut Errors,
) -> Result<ParameterOptions> {
    let mut parameter = ParameterOptions::new(ident);
    let mut mistakes = Errors::default();
    if input.peek(syn::token::Paren) {
        let content;
        parenthesized!(content in input);
        let mut of_inputs_only = Vec::new();
        each_item(content.parse()?, &mut mistakes, |input, mistakes| {
            parameter_item(&mut parameter, kind, input, &mut of_inputs_only, mistakes)
        });
        if let Some(first) = of_inputs_only.first() {
            mistakes.at(first, only_of_fan_in(&of_inputs_only));
        }
        parameter.message.check(&parameter.ident, &mut mistakes);
    } else if !input.is_empty() && !input.peek(Token![,]) {
        mistakes.push(input.error(format!(
            "write `,` after `{0}`, or its options in parentheses: `{0}(origin = …)`",
            parameter.ident
        )));
        skip_to_comma(input);
    }
    parameter.has_errors = !mistakes.is_empty();
    errors.append(mistakes);
    Ok(parameter)
}

fn parameter_item(
    parameter: &mut ParameterOptions,
    kind: MacroKind,
    input: ParseStream,
    of_inputs_only: &mut Vec<Ident>,
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
    if is_of_inputs_only(kind, &name) {
        skip_to_comma(input);
        of_inputs_only.push(word);
        return Ok(());
    }
    if let Some(help) = word_of_types(kind, &word, &parameter.ident) {
        skip_to_comma(input);
        return Err(Error::new(word.span(), help));
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
