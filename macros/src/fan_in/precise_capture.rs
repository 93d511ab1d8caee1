//! Opaque types say what they capture, `impl Trait + use<'a, T>`, and a method has a type parameter more than the function.

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::{ToTokens, quote};

use crate::tokens::with_stream;

/// The type, with that parameter in each `use<…>`.
pub(super) fn capturing(returned: TokenStream, parameter: &Ident) -> TokenStream {
    let mut state = None;
    let each = returned.into_iter().map(|token| {
        if let TokenTree::Group(group) = &token {
            let inside = capturing(group.stream(), parameter);
            return with_stream(group, inside).into_token_stream();
        }
        match (state, &token) {
            (_, TokenTree::Ident(word)) if word == "use" => state = Some(List::Begun),
            (None, _) => {}
            (Some(List::Begun), _) => state = Some(List::Complete),
            (Some(list), TokenTree::Punct(end)) if end.as_char() == '>' => {
                state = None;
                let comma = matches!(list, List::Incomplete).then(|| quote!(,));
                return quote!(#comma #parameter #token);
            }
            (Some(_), TokenTree::Punct(comma)) if comma.as_char() == ',' => {
                state = Some(List::Complete);
            }
            (Some(_), _) => state = Some(List::Incomplete),
        }
        token.into_token_stream()
    });
    each.collect()
}

/// What stands before the end of a `use<…>`.
#[derive(Clone, Copy)]
enum List {
    /// `use`
    Begun,
    /// `use<`, or a comma.
    Complete,
    /// What wants a comma.
    Incomplete,
}

#[cfg(test)]
mod tests {
    use quote::format_ident;

    use super::*;

    fn assert_captures(returned: TokenStream, expected: &TokenStream) {
        let captures = capturing(returned, &format_ident!("S"));
        assert_eq!(captures.to_string(), expected.to_string());
    }

    #[test]
    fn every_list_has_the_parameter() {
        assert_captures(quote!(impl A + use<>), &quote!(impl A + use<S>));
        assert_captures(quote!(impl A + use<'a>), &quote!(impl A + use<'a, S>));
        assert_captures(quote!(impl A + use<'a, T>), &quote!(impl A + use<'a, T, S>));
        assert_captures(
            quote!((Option<impl A + use<>>, impl B + use<T>)),
            &quote!((Option<impl A + use<S>>, impl B + use<T, S>)),
        );
    }

    #[test]
    fn other_types_stay_as_they_are() {
        assert_captures(
            quote!(Result<(), Vec<impl A>>),
            &quote!(Result<(), Vec<impl A>>),
        );
    }
}
