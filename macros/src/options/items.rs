//! Lists with commas, in which each item is parsed even if another one is wrong.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use syn::parse::{ParseStream, Parser};
use syn::{Error, Result, Token};

use crate::error::{Errors, not_at_the_end};

/// Parses each item of a list; an item with an error does not hide the errors of others.
pub(crate) fn each_item(
    tokens: TokenStream,
    errors: &mut Errors,
    mut item: impl FnMut(ParseStream, &mut Errors) -> Result<()>,
) {
    let last = tokens.clone().into_iter().last();
    let last = last.map_or_else(Span::call_site, |last| last.span());
    let all = |input: ParseStream| {
        while !input.is_empty() {
            if let Err(error) = item(input, errors) {
                errors.push(not_at_the_end(error, last));
                skip_to_comma(input);
            } else if !input.is_empty() && !input.peek(Token![,]) {
                errors.push(input.error("write `,` before the next item"));
                skip_to_comma(input);
            }
            input.parse::<Option<Token![,]>>()?;
        }
        Ok(())
    };
    if let Err(error) = all.parse2(tokens) {
        errors.push(error);
    }
}

pub(super) fn skip_to_comma(input: ParseStream) {
    while !input.is_empty() && !input.peek(Token![,]) {
        let _ = input.parse::<TokenTree>();
    }
}

/// Sets an option, which can be given once.
pub(crate) fn set_once<T>(option: &mut Option<T>, word: &Ident, value: T) -> Result<()> {
    if option.is_some() {
        return Err(Error::new(
            word.span(),
            format!("remove this `{word}`: it is already set"),
        ));
    }
    *option = Some(value);
    Ok(())
}
