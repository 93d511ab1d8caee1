//! Reports errors beside the user's function.

use std::mem::take;

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::quote;
use syn::{FnArg, Signature};

use super::body::conditions;
use crate::function::{self, variables};
use crate::macro_kind::MacroKind;
use crate::tokens::with_stream;

/// Returns the errors and the unchanged item.
///
/// A function mentions its parameters, so that rustc does not report one that only the attribute uses. `#[allow]` would be
/// an error of its own under `#![forbid(unused_variables)]`.
pub(crate) fn report_beside(
    kind: MacroKind,
    errors: &TokenStream,
    item: &TokenStream,
) -> TokenStream {
    let item = mentioning(kind, item).unwrap_or_else(|| in_methods(kind, item));
    quote!(#errors #item)
}

/// Returns the function, which mentions its parameters; `None` if the item is no function with a body.
fn mentioning(kind: MacroKind, item: &TokenStream) -> Option<TokenStream> {
    let function = function::parse(kind, item.clone()).ok()?;
    let (mentions, statements) = (mentions(&function.signature), function.body.stream());
    Some(function.with_body(&quote!(#mentions #statements)))
}

/// Returns an `impl` or a `trait` whose methods mention their parameters, and any other item unchanged.
fn in_methods(kind: MacroKind, item: &TokenStream) -> TokenStream {
    let mut tokens: Vec<TokenTree> = item.clone().into_iter().collect();
    if let Some(TokenTree::Group(body)) = tokens.last_mut() {
        let mut methods = TokenStream::new();
        let mut method = TokenStream::new();
        for token in body.stream() {
            let ends = is_end(&token);
            method.extend([token]);
            if ends {
                let whole = take(&mut method);
                methods.extend(mentioning(kind, &whole).unwrap_or(whole));
            }
        }
        methods.extend(method);
        *body = with_stream(body, methods);
    }
    tokens.into_iter().collect()
}

/// Returns `true` for the last token of a method, and of most other items.
fn is_end(token: &TokenTree) -> bool {
    match token {
        TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
        TokenTree::Punct(mark) => mark.as_char() == ';',
        TokenTree::Ident(_) | TokenTree::Literal(_) => false,
    }
}

/// Returns a statement for each named parameter.
fn mentions(signature: &Signature) -> TokenStream {
    let each = signature.inputs.iter().map(|input| -> TokenStream {
        let FnArg::Typed(parameter) = input else {
            return TokenStream::new();
        };
        let conditions = conditions(&parameter.attrs);
        let variables = variables(&parameter.pat).into_iter();
        let names = variables.map(|variable| variable.ident);
        names
            .map(|name| quote!(#(#conditions)* let _ = &#name;))
            .collect()
    });
    each.collect()
}
