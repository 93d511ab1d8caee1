//! Lifetimes that have no name.

use proc_macro2::{Ident, TokenStream, TokenTree};

use crate::handler::contains_ident;

/// The first reference without a lifetime, or `'_`.
pub(super) fn elided(tokens: TokenStream) -> Option<TokenTree> {
    let is_callable = |ident: &Ident| {
        ["Fn", "FnMut", "FnOnce", "fn"]
            .iter()
            .any(|name| ident == name)
    };
    // What a closure takes and returns has lifetimes of its own.
    if contains_ident(tokens.clone(), &is_callable) {
        return None;
    }
    find(tokens)
}

fn find(tokens: TokenStream) -> Option<TokenTree> {
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        match &token {
            TokenTree::Punct(punct) if punct.as_char() == '&' => match tokens.peek() {
                Some(TokenTree::Punct(quote)) if quote.as_char() == '\'' => {}
                _ => return Some(token),
            },
            TokenTree::Punct(punct) if punct.as_char() == '\'' => {
                if matches!(tokens.peek(), Some(TokenTree::Ident(name)) if name == "_") {
                    return tokens.next();
                }
            }
            TokenTree::Group(group) => {
                if let Some(found) = find(group.stream()) {
                    return Some(found);
                }
            }
            _ => {}
        }
    }
    None
}
