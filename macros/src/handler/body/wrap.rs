//! The statements around the user's body.

use proc_macro2::{Group, Span, TokenStream, TokenTree};
use quote::{quote, quote_spanned};

use super::bindings::Bindings;
use crate::tokens::with_stream;

/// What an `async` block needs more than a closure.
pub(crate) enum Before {
    Nothing,
    /// A statement that says what the block returns.
    Hint(TokenStream),
    /// An `async fn` may return a future; of an `async` block with one at its end, clippy says that it lacks an `.await`.
    /// So this one has a `return`, and another value that is never evaluated: rustc calls a `return` of what diverges
    /// unreachable.
    Returns {
        hint: TokenStream,
        never: Option<TokenStream>,
    },
}

impl Bindings {
    /// The user's body, with what comes before it. Where that is a binding, the body is the arm of a `match`: it drops its
    /// temporaries before what is bound outside of it, in every edition. So it is where the body begins with an item.
    pub(crate) fn around(&self, before: &Before, body: &Group) -> Group {
        let statements = self.statements();
        let binds = self.are_there();
        let span = body.span().resolved_at(Span::mixed_site());
        match before {
            Before::Nothing if statements.is_empty() => body.clone(),
            Before::Returns { hint, never } => {
                // The body's arm is the first, where a wrong type is the body's.
                let arms = if let Some(never) = never {
                    quote_spanned!(span=> () if true => #body () => #never)
                } else {
                    quote_spanned!(span=> () => #body)
                };
                let returned = quote_spanned!(span=> return match () { #arms };);
                with_stream(body, quote!(#hint #statements #returned))
            }
            Before::Hint(hint) if !binds && !begins_with_an_item(body.stream()) => {
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

/// Whether a body may begin with an item: one after a statement would be a lint.
fn begins_with_an_item(body: TokenStream) -> bool {
    match body.into_iter().next() {
        Some(TokenTree::Ident(word)) => ITEMS.iter().any(|item| word == item),
        // An attribute, which may be an item's.
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
        assert!(begins_with_an_item(quote!(const ONE: u8 = 1;, ONE)));
        assert!(begins_with_an_item(quote!(
            #[inline]
            fn f() {}
        )));
        assert!(!begins_with_an_item(
            quote!(let one = 1; const TWO: u8 = 2;)
        ));
    }
}
