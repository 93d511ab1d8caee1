//! Adds a parameter to precise captures, `impl Trait + use<'a, T>`.
//!
//! A generated method has one type parameter more than the function.

use proc_macro2::Ident;
use syn::{CapturedParam, Type, TypeParamBound};

use crate::function::each_opaque;

/// Adds the parameter to each `use<…>` in a type.
pub(super) fn add_capture(returned: &mut Type, parameter: &Ident) {
    each_opaque(returned, &mut |opaque| {
        let Type::ImplTrait(opaque) = opaque else {
            return;
        };
        for bound in &mut opaque.bounds {
            if let TypeParamBound::PreciseCapture(capture) = bound {
                capture.params.push(CapturedParam::Ident(parameter.clone()));
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use quote::{ToTokens, format_ident};
    use syn::parse_quote;

    use super::*;

    #[track_caller]
    fn assert_captures(mut returned: Type, expected: &Type) {
        add_capture(&mut returned, &format_ident!("S"));
        let (returned, expected) = (returned.to_token_stream(), expected.to_token_stream());
        assert_eq!(returned.to_string(), expected.to_string());
    }

    #[test]
    fn every_list_of_captures_gets_the_parameter() {
        assert_captures(parse_quote!(impl A + use<>), &parse_quote!(impl A + use<S>));
        assert_captures(
            parse_quote!(impl A + use<'a>),
            &parse_quote!(impl A + use<'a, S>),
        );
        assert_captures(
            parse_quote!(impl A + use<'a, T>),
            &parse_quote!(impl A + use<'a, T, S>),
        );
        assert_captures(
            parse_quote!((
                Option<impl A + use<>>,
                impl B<Item = impl C + use<T>> + use<T>
            )),
            &parse_quote!((
                Option<impl A + use<S>>,
                impl B<Item = impl C + use<T, S>> + use<T, S>
            )),
        );
        assert_captures(
            parse_quote!(Result<Box<dyn B<Item = impl A + use<>>>, Error>),
            &parse_quote!(Result<Box<dyn B<Item = impl A + use<S>>>, Error>),
        );
    }

    #[test]
    fn type_without_captures_stays_the_same() {
        assert_captures(
            parse_quote!(Result<(), Vec<impl A>>),
            &parse_quote!(Result<(), Vec<impl A>>),
        );
    }
}
