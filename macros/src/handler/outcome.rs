//! The argument that records the outcome.

use proc_macro2::{Ident, TokenStream};
use quote::{quote, quote_spanned};
use syn::Type;

use super::model::Handler;
use crate::function::{
    Shape, is_fully_written, is_never, is_nothing, result, ungrouped_type, without_opaque_types,
};

impl Handler {
    /// Returns a recorder of the result, whose errors appear at the return type.
    pub(super) fn recorder(&self) -> TokenStream {
        let runtime = &self.runtime;
        let signature = &self.function.signature;
        let result = result(signature);
        if is_nothing(&result) || is_never(&result) {
            return quote!(#runtime::record_nothing);
        }
        let span = self.return_type_span();
        let is_future = !matches!(Shape::of(signature), Shape::Plain);
        let is_off = self
            .options
            .errors
            .as_ref()
            .is_some_and(|errors| errors == "off");
        let is_opaque = matches!(ungrouped_type(&result), Type::ImplTrait(_));
        let returned = Ident::new("__linked_span_returned", span);
        let recorder = Ident::new("__linked_span_recorder", span);
        if is_opaque && self.join.is_some() {
            let opaque_of = self.runtime_path("opaque_of", span);
            let record = self.runtime_path("record_visible", span);
            return quote_spanned! {span=>
                |#returned, #recorder| #record(
                    #opaque_of(#returned).linked_span_recorder(),
                    #returned,
                    #recorder,
                )
            };
        }
        // The runtime also checks that a plain function does not return a future.
        let (by_type, by_value) = match (is_future, is_off) {
            (true, true) => return quote!(#runtime::record_nothing),
            (true, false) => ("awaited", "awaited_of"),
            (false, true) => ("unrecorded", "unrecorded_of"),
            (false, false) => ("outcome", "outcome_of"),
        };
        let result = without_opaque_types(result);
        if is_fully_written(&result) {
            let outcome = self.runtime_path(by_type, span);
            return quote_spanned!(span=> #outcome::<#result>().linked_span_recorder());
        }
        let outcome_of = self.runtime_path(by_value, span);
        quote_spanned! {span=>
            |#returned, #recorder| (#outcome_of(#returned).linked_span_recorder())(#returned, #recorder)
        }
    }
}
