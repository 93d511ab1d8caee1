//! The statements around the user's body.

use proc_macro2::{Group, Span, TokenStream, TokenTree};
use quote::{quote, quote_spanned};

use super::bindings::Bindings;
use crate::tokens::with_stream;

/// Selects the statements before the user's body.
pub(crate) enum Before {
    Nothing,
    /// A statement that gives an `async` block its type.
    Hint(TokenStream),
    /// As `Hint`, with a `return`. An `async fn` may return a future, and clippy reports `async_yields_async` for an
    /// `async` block that ends with one. The second value is never evaluated: without it, rustc reports a `return` of
    /// a diverging body as unreachable.
    Returns {
        hint: TokenStream,
        never: Option<TokenStream>,
    },
}

impl Bindings {
    /// Returns the user's body with the statements before it. The body is the arm of a `match` if there are bindings or it
    /// begins with an item: a match arm drops its temporaries before outer variables, in every edition.
    pub(crate) fn around(&self, before: &Before, body: &Group) -> Group {
        let statements = self.statements();
        let binds = self.has_bindings();
        let span = body.span().resolved_at(Span::mixed_site());
        match before {
            Before::Nothing if statements.is_empty() => body.clone(),
            Before::Returns { hint, never } => {
                // rustc reports a type mismatch at the second arm: the body is the first, so that the error is in the body.
                let arms = if let Some(never) = never {
                    quote_spanned!(span=> () if true => #body () => #never)
                } else {
                    quote_spanned!(span=> () => #body)
                };
                let returned = quote_spanned!(span=> return match () { #arms };);
                with_stream(body, quote!(#hint #statements #returned))
            }
            Before::Hint(hint) if !binds && !begins_with_item(body.stream()) => {
                let inside = body.stream();
                with_stream(body, quote!(#hint #statements #inside))
            }
            Before::Nothing | Before::Hint(_) => {
                let hint = match before {
                    Before::Hint(hint) => Some(hint),
                    _ => None,
                };
                let arm = quote_spanned!(span=> match () { () => #body });
                with_stream(body, quote!(#hint #statements #arm))
            }
        }
    }
}

/// Returns `true` if the body may begin with an item: clippy reports `items_after_statements` for one after a statement.
fn begins_with_item(body: TokenStream) -> bool {
    match body.into_iter().next() {
        Some(TokenTree::Ident(word)) => ITEMS.iter().any(|item| word == item),
        // An attribute; it may belong to an item.
        Some(TokenTree::Punct(mark)) => mark.as_char() == '#',
        _ => false,
    }
}

const ITEMS: [&str; 15] = [
    "async",
    "const",
    "enum",
    "extern",
    "fn",
    "impl",
    "macro_rules",
    "mod",
    "pub",
    "static",
    "struct",
    "trait",
    "type",
    "unsafe",
    "use",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn body_that_begins_with_an_item_is_recognized() {
        assert!(begins_with_item(quote!(const ONE: u8 = 1;, ONE)));
        assert!(begins_with_item(quote!(
            #[inline]
            fn f() {}
        )));
        assert!(!begins_with_item(quote!(let one = 1; const TWO: u8 = 2;)));
    }
}
