//! What records the outcome.

use proc_macro2::{Ident, TokenStream};
use quote::{quote, quote_spanned};
use syn::Type;

use super::model::Handler;
use crate::function::{
    Shape, is_never, is_nothing, is_written_out, result, ungrouped_type, written,
};

impl Handler {
    /// Records what was returned; its span is the return type's, where an error about it belongs.
    pub(super) fn record(&self) -> TokenStream {
        let runtime = &self.runtime;
        let signature = &self.function.signature;
        let result = result(signature);
        if is_nothing(&result) || is_never(&result) {
            return quote!(#runtime::record_nothing);
        }
        let span = self.returned_at();
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
            let opaque_of = self.of_the_runtime("opaque_of", span);
            let record = self.of_the_runtime("record_visible", span);
            return quote_spanned! {span=>
                |#returned, #recorder| #record(
                    #opaque_of(#returned).linked_span_recorder(),
                    #returned,
                    #recorder,
                )
            };
        }
        // Whether a function that is no `async fn` returned a future all the same is asked too.
        let (by_type, by_value) = match (is_future, is_off) {
            (true, true) => return quote!(#runtime::record_nothing),
            (true, false) => ("awaited", "awaited_of"),
            (false, true) => ("unrecorded", "unrecorded_of"),
            (false, false) => ("outcome", "outcome_of"),
        };
        let result = written(result);
        if is_written_out(&result) {
            let outcome = self.of_the_runtime(by_type, span);
            return quote_spanned!(span=> #outcome::<#result>().linked_span_recorder());
        }
        let outcome_of = self.of_the_runtime(by_value, span);
        quote_spanned! {span=>
            |#returned, #recorder| (#outcome_of(#returned).linked_span_recorder())(#returned, #recorder)
        }
    }
}
