//! Small questions about tokens.

use proc_macro2::{Group, Ident, Span, TokenStream, TokenTree};
use syn::ext::IdentExt;

/// The same braces around something else.
pub(crate) fn with_stream(group: &Group, stream: TokenStream) -> Group {
    let mut new = Group::new(group.delimiter(), stream);
    new.set_span(group.span());
    new
}

/// Whether two names are one, as `event` and `r#event` are.
pub(crate) fn is_same(one: &Ident, other: &Ident) -> bool {
    one.unraw() == other.unraw()
}

pub(crate) fn is_among(names: &[Ident], name: &Ident) -> bool {
    names.iter().any(|other| is_same(other, name))
}

pub(crate) fn contains_ident(tokens: TokenStream, wanted: &dyn Fn(&Ident) -> bool) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => wanted(&ident),
        TokenTree::Group(group) => contains_ident(group.stream(), wanted),
        TokenTree::Punct(_) | TokenTree::Literal(_) => false,
    })
}

/// The same code, with its errors reported there.
pub(crate) fn at(span: Span, tokens: TokenStream) -> TokenStream {
    tokens
        .into_iter()
        .map(|mut token| {
            if let TokenTree::Group(group) = &token {
                token = Group::new(group.delimiter(), at(span, group.stream())).into();
            }
            token.set_span(span.resolved_at(token.span()));
            token
        })
        .collect()
}
