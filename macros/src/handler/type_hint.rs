//! The return type in generated code, for coercions and for errors at the right place.

use proc_macro2::{Span, TokenStream};
use quote::quote_spanned;
use syn::spanned::Spanned;
use syn::{ReturnType, Type};

use super::model::Handler;
use crate::function::{Shape, is_never, is_unknown, result, returned, without_opaque_types};

impl Handler {
    /// Returns the type for the closure around the body.
    pub(super) fn return_type(&self) -> Type {
        without_opaque_types(returned(&self.function.signature))
    }

    /// Returns the span of the return type, or of the place where it would be.
    pub(super) fn return_type_span(&self) -> Span {
        let signature = &self.function.signature;
        let span = match &signature.output {
            ReturnType::Type(_, output) => output.span(),
            ReturnType::Default => signature.paren_token.span.close(),
        };
        span.resolved_at(Span::mixed_site())
    }

    /// Returns a `return` that never runs: it is the only way to give an `async` block a type.
    pub(super) fn return_type_hint(&self) -> TokenStream {
        let span = self.return_type_span();
        self.unreachable_value()
            .map(|never| quote_spanned!(span=> if false { return #never; }))
            .unwrap_or_default()
    }

    /// Returns an expression of the type that the `async` block returns.
    pub(super) fn unreachable_value(&self) -> Option<TokenStream> {
        let span = self.return_type_span();
        let (result, returned) = (
            without_opaque_types(result(&self.function.signature)),
            self.return_type(),
        );
        let value = match Shape::of(&self.function.signature) {
            _ if is_never(&result) => return None,
            _ if !is_unknown(&result) => {
                let never = self.runtime_path("never", span);
                quote_spanned!(span=> #never::<#result>())
            }
            Shape::Future { boxed: true } if !is_unknown(&returned) => {
                let output_of = self.runtime_path("output_of", span);
                quote_spanned!(span=> #output_of(|| -> #returned { loop {} }))
            }
            _ => return None,
        };
        Some(value)
    }
}
