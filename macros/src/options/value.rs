//! The values of options.

use proc_macro2::Ident;
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{Error, Expr, Path, Result, Token};

use crate::suggestion::{did_you_mean, list};

pub(super) fn value(word: &Ident, input: ParseStream) -> Result<Expr> {
    if !input.peek(Token![=]) {
        return Err(Error::new(
            word.span(),
            format!("`{word}` takes a value: `{word} = …`"),
        ));
    }
    input.parse::<Token![=]>()?;
    expression(input)
}

/// `= ::my_tracing::linked_span`
pub(crate) fn crate_path(word: &Ident, input: ParseStream) -> Result<Path> {
    const HELP: &str = "`crate` takes a path: `crate = ::my_tracing::linked_span`";
    if !input.peek(Token![=]) {
        return Err(Error::new(word.span(), HELP));
    }
    let sign: Token![=] = input.parse()?;
    if input.is_empty() {
        return Err(Error::new(sign.span, HELP));
    }
    input
        .call(Path::parse_mod_style)
        .map_err(|error| Error::new(error.span(), HELP))
}

pub(super) fn expression(input: ParseStream) -> Result<Expr> {
    if input.is_empty() || input.peek(Token![,]) {
        return Err(input.error("expected a value after `=`"));
    }
    input.parse()
}

pub(super) fn choice(word: &Ident, input: ParseStream, choices: &[&str]) -> Result<Ident> {
    input.parse::<Token![=]>()?;
    let span = input.span();
    if input.is_empty() {
        return Err(input.error(format!("`{word}` is {}", list(choices))));
    }
    match input.call(Ident::parse_any) {
        Ok(chosen) if choices.iter().any(|choice| chosen == choice) => Ok(chosen),
        chosen => {
            let chosen = chosen.map(|chosen| chosen.to_string()).unwrap_or_default();
            let near = did_you_mean(&chosen, choices.iter().copied());
            Err(Error::new(
                span,
                format!("`{word}` is {}{near}", list(choices)),
            ))
        }
    }
}
