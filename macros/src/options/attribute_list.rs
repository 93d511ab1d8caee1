//! Parses `attributes(key = value, …)`.

use proc_macro2::{Ident, TokenStream};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{Error, LitStr, Path, Result, Token, parenthesized};

use super::items::each_item;
use super::model::{AttributeEntry, ValueForm};
use super::value::expression;
use crate::error::Errors;

/// Parses `(key = value, …)`.
pub(super) fn attribute_list(
    input: ParseStream,
    errors: &mut Errors,
) -> Result<Vec<AttributeEntry>> {
    if !input.peek(syn::token::Paren) {
        return Err(
            input.error("write attributes in parentheses: `attributes(order.id = event.order_id)`")
        );
    }
    let content;
    parenthesized!(content in input);
    let mut attributes = Vec::new();
    each_item(content.parse()?, errors, |input, _| {
        attributes.push(entry(input)?);
        Ok(())
    });
    Ok(attributes)
}

fn entry(input: ParseStream) -> Result<AttributeEntry> {
    let key = key(input)?;
    if !input.peek(Token![=]) {
        return Err(input.error("write a key and a value: `order.id = event.order_id`"));
    }
    input.parse::<Token![=]>()?;
    let form = if input.parse::<Option<Token![%]>>()?.is_some() {
        ValueForm::Display
    } else if input.parse::<Option<Token![?]>>()?.is_some() {
        ValueForm::Debug
    } else {
        ValueForm::Plain
    };
    let value = expression(input)?;
    Ok(AttributeEntry { key, value, form })
}

/// Parses `order.id`, `"order.id"` or `keys::ORDER_ID`.
fn key(input: ParseStream) -> Result<TokenStream> {
    const HELP: &str = "write a dotted name, a string, or the path of a constant as the key: `order.id`, `\"order.id\"`, `keys::ORDER_ID`";
    if input.peek(LitStr) {
        let key: LitStr = input.parse()?;
        return if key.value().is_empty() {
            Err(Error::new(
                key.span(),
                "write a key that is not empty: `\"order.id\"`",
            ))
        } else {
            Ok(key.into_token_stream())
        };
    }
    if input.peek(Token![::]) || (input.peek(Ident::peek_any) && input.peek2(Token![::])) {
        return Ok(input.call(Path::parse_mod_style)?.into_token_stream());
    }
    let part = || {
        input
            .call(Ident::parse_any)
            .map_err(|error| Error::new(error.span(), HELP))
    };
    let first = part()?;
    let mut key = first.unraw().to_string();
    while input.peek(Token![.]) {
        input.parse::<Token![.]>()?;
        key.push('.');
        key.push_str(&part()?.unraw().to_string());
    }
    if !input.is_empty() && !input.peek(Token![=]) && !input.peek(Token![,]) {
        return Err(input.error(HELP));
    }
    Ok(LitStr::new(&key, first.span()).into_token_stream())
}
