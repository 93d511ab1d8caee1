//! Generates the type of a due join, and the method that claims some.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;

use super::extra_param::ExtraParam;
use super::model::FanIn;

impl FanIn {
    pub(super) fn due_type(&self) -> TokenStream {
        let (runtime, bound) = (&self.handler.runtime, self.store_bound());
        let (due, payload, store) = (&self.names.due, &self.names.input, &self.names.store);
        let (docs, visibility) = (self.docs_of_due_type(), self.visibility());
        let declaration = self.at_function_name(quote! {
            #visibility struct #due<'join, #bound>(#runtime::ClaimGuard<'join, #payload, #store>);
        });
        quote! {
            #docs
            #[derive(::core::fmt::Debug)]
            #[must_use = "call `run`: a claim that is dropped is released"]
            #declaration
        }
    }

    pub(super) fn due_methods(&self) -> TokenStream {
        let (due, store, bound) = (&self.names.due, &self.names.store, self.store_bound());
        let (key, run) = (self.due_key_method(), self.due_run_method());
        quote! {
            impl<#bound> #due<'_, #store> {
                #key
                #run
            }
        }
    }

    fn due_key_method(&self) -> TokenStream {
        let runtime = &self.handler.runtime;
        let (docs, visibility) = (Self::docs_of_key(), self.visibility());
        quote! {
            #docs
            #[must_use]
            #visibility fn key(&self) -> &::core::primitive::str {
                #runtime::ClaimGuard::key(&self.0)
            }
        }
    }

    fn due_run_method(&self) -> TokenStream {
        let (module, runtime) = (self.module(), &self.handler.runtime);
        let returned = self.returned_with_store();
        let (docs, visibility) = (self.docs_of_run(), self.visibility());
        let (asyncness, generics, bounds) = self.repeated_signature();
        let extras = self.params.extras().map(ExtraParam::parameter);
        let received = Ident::new("__linked_span_received", Span::mixed_site());
        let run = self
            .as_future(&self.run_for(&received, self.params.extras().map(ExtraParam::argument)));
        let outcome =
            self.wait_for(&quote!(#runtime::ClaimGuard::work(self.0, move |#received| #run)));
        quote! {
            #docs
            #visibility #asyncness fn run #generics (
                self,
                #(#extras,)*
            ) -> #module::DueOutcome<#returned>
            #bounds
            {
                #outcome
            }
        }
    }

    pub(super) fn due(&self) -> TokenStream {
        let (module, runtime) = (self.module(), &self.handler.runtime);
        let (due, store) = (&self.names.due, &self.names.store);
        let (docs, visibility) = (Self::docs_of_due(), self.visibility());
        let (asyncness, ..) = self.repeated_signature();
        let claimed = self.wait_for(&quote!(#module::Join::due(&self.0, linked_span_max, #due)));
        quote! {
            #docs
            #visibility #asyncness fn due(
                &self,
                linked_span_max: ::core::primitive::usize,
            ) -> ::core::result::Result<#runtime::Vec<#due<'_, #store>>, #module::StoreError> {
                #claimed
            }
        }
    }
}
