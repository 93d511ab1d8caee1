//! The return type, for coercions and for errors that point at it.

use proc_macro2::{Span, TokenStream};
use quote::quote_spanned;
use syn::spanned::Spanned;
use syn::{ReturnType, Type};

use super::model::Handler;
use crate::function::{Shape, is_never, is_unknown, result, returned, written};

impl Handler {
    /// The return type, for coercions and for errors that point at it.
    pub(super) fn returned_type(&self) -> Type {
        written(returned(&self.function.signature))
    }

    /// Where the return type is, or would be.
    pub(super) fn returned_at(&self) -> Span {
        let signature = &self.function.signature;
        let span = match &signature.output {
            ReturnType::Type(_, output) => output.span(),
            ReturnType::Default => signature.paren_token.span.close(),
        };
        span.resolved_at(Span::mixed_site())
    }

    /// The same for an `async` block, to which no type can be written: a `return` that is never reached.
    pub(super) fn hint(&self) -> TokenStream {
        let span = self.returned_at();
        self.never()
            .map(|never| quote_spanned!(span=> if false { return #never; }))
            .unwrap_or_default()
    }

    /// A value of what the `async` block returns, as an expression that is never evaluated.
    pub(super) fn never(&self) -> Option<TokenStream> {
        let span = self.returned_at();
        let (result, returned) = (
            written(result(&self.function.signature)),
            self.returned_type(),
        );
        let value = match Shape::of(&self.function.signature) {
            _ if is_never(&result) => return None,
            _ if !is_unknown(&result) => {
                let never = self.of_the_runtime("never", span);
                quote_spanned!(span=> #never::<#result>())
            }
            Shape::Future { boxed: true } if !is_unknown(&returned) => {
                let output_of = self.of_the_runtime("output_of", span);
                quote_spanned!(span=> #output_of(|| -> #returned { loop {} }))
            }
            _ => return None,
        };
        Some(value)
    }
}
