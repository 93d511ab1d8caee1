//! The values of options.

use proc_macro2::Ident;
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{Error, Expr, Path, Result, Token};

use crate::suggestion::{list, nearest};

pub(super) fn value(word: &Ident, input: ParseStream) -> Result<Expr> {
    if !input.peek(Token![=]) {
        return Err(Error::new(
            word.span(),
            format!("write a value: `{word} = …`"),
        ));
    }
    input.parse::<Token![=]>()?;
    expression(input)
}

/// Parses `= ::my_tracing::linked_span`.
pub(crate) fn crate_path(word: &Ident, input: ParseStream) -> Result<Path> {
    path(
        word,
        input,
        "write a path: `crate = ::my_tracing::linked_span`",
    )
}

/// Parses `=` and a path, or reports this help.
pub(super) fn path(word: &Ident, input: ParseStream, help: &str) -> Result<Path> {
    if !input.peek(Token![=]) {
        return Err(Error::new(word.span(), help));
    }
    let sign: Token![=] = input.parse()?;
    if input.is_empty() {
        return Err(Error::new(sign.span, help));
    }
    input
        .call(Path::parse_mod_style)
        .map_err(|error| Error::new(error.span(), help))
}

pub(super) fn expression(input: ParseStream) -> Result<Expr> {
    if input.is_empty() || input.peek(Token![,]) {
        return Err(input.error("write a value after `=`"));
    }
    input.parse()
}

/// Parses `= word`, where the word is one of these.
pub(super) fn choice(word: &Ident, input: ParseStream, choices: &[&str]) -> Result<Ident> {
    input.parse::<Token![=]>()?;
    let span = input.span();
    let choices_listed = list(choices);
    let help = format!("use {choices_listed} for `{word}`");
    if input.is_empty() {
        return Err(input.error(help));
    }
    let wrong = match input.call(Ident::parse_any) {
        Ok(chosen) if choices.iter().any(|choice| chosen == choice) => return Ok(chosen),
        Ok(wrong) => wrong.to_string(),
        Err(_) => String::new(),
    };
    let near = nearest(&wrong, choices.iter().copied());
    let did_you_mean = |near| format!("did you mean `{near}`? `{word}` is {choices_listed}");
    Err(Error::new(span, near.map_or(help, did_you_mean)))
}
