//! Joins that are due: one at a time, and all in a sweep.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;
use syn::{GenericParam, LifetimeParam};

use super::extra_param::ExtraParam;
use super::model::FanIn;
use crate::function::written;

impl FanIn {
    pub(super) fn due_type(&self) -> TokenStream {
        let (runtime, lints, bound) = (&self.handler.runtime, self.lints(), self.store_bound());
        let (due, payload, store) = (&self.names.due, &self.names.payload, &self.names.store);
        let (docs, visibility) = (self.docs_of_the_due(), self.visibility());
        let declaration = self.at_the_function(quote! {
            #visibility struct #due<'join, #bound>(#runtime::ClaimGuard<'join, #payload, #store>);
        });
        let (key, run) = (self.key_of_the_due(), self.run_of_the_due());
        quote! {
            #docs
            #lints
            #[derive(::core::fmt::Debug)]
            #[must_use = "dropped before it has run, it is let go"]
            #declaration

            #lints
            impl<#bound> #due<'_, #store> {
                #key
                #run
            }
        }
    }

    fn key_of_the_due(&self) -> TokenStream {
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

    fn run_of_the_due(&self) -> TokenStream {
        let (module, runtime) = (self.module(), &self.handler.runtime);
        let returned = self.returned_of_any_store();
        let (docs, visibility) = (self.docs_of_run(), self.visibility());
        let (asyncness, generics, bounds) = self.qualifiers();
        let extras = self.params.extras().map(ExtraParam::parameter);
        let came = Ident::new("__linked_span_came", Span::mixed_site());
        let run =
            self.future(&self.run_for(&came, self.params.extras().map(ExtraParam::handed_on)));
        let settled = self.wait(&quote!(#runtime::ClaimGuard::work(self.0, move |#came| #run)));
        quote! {
            #docs
            #visibility #asyncness fn run #generics (
                self,
                #(#extras,)*
            ) -> #module::DueOutcome<#returned>
            #bounds
            {
                #settled
            }
        }
    }

    pub(super) fn due(&self) -> TokenStream {
        let (module, runtime) = (self.module(), &self.handler.runtime);
        let (due, store) = (&self.names.due, &self.names.store);
        let (docs, visibility) = (Self::docs_of_due(), self.visibility());
        let (asyncness, ..) = self.qualifiers();
        let claimed = self.wait(&quote!(#module::Join::due(&self.0, linked_span_max, #due)));
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

    pub(super) fn sweep(&self) -> TokenStream {
        let (module, runtime) = (self.module(), &self.handler.runtime);
        let (docs, visibility) = (Self::docs_of_sweep(), self.visibility());
        let returned = written(self.returned());
        let (asyncness, mut generics, bounds) = self.qualifiers();
        let mut names = Vec::new();
        let extras = self.params.extras();
        let extras: Vec<_> = extras.map(|extra| extra.with_names(&mut names)).collect();
        for name in names {
            let name = GenericParam::Lifetime(LifetimeParam::new(name));
            generics.params.insert(0, name);
        }
        let parameters = extras.iter().map(ExtraParam::repeated_parameter);
        // A generic that is cloned has its own bound, and this one in the `where` clause.
        let is_repeated = extras.iter().any(|extra| extra.repeated_bound().is_some());
        let lints = (is_repeated && generics.type_params().next().is_some())
            .then(|| quote!(#[allow(clippy::multiple_bound_locations)]));
        let predicates = bounds.iter().flat_map(|bounds| &bounds.predicates);
        let repeated = extras.iter().filter_map(ExtraParam::repeated_bound);
        let handed_on = extras.iter().filter_map(ExtraParam::repeated);
        let mixed = |name| Ident::new(name, Span::mixed_site());
        let (came, sweeping, held) = (
            mixed("__linked_span_came"),
            mixed("__linked_span_sweeping"),
            mixed("__linked_span_held"),
        );
        let run =
            self.future(&self.run_for(&came, self.params.extras().map(ExtraParam::handed_on)));
        let (begun, next, settled) = (
            self.wait(&quote!(#module::Join::sweep(&self.0))),
            self.wait(&quote!(#runtime::Sweeping::next(&mut #sweeping))),
            self.wait(
                &quote!(#runtime::ClaimGuard::work::<#returned, _>(#held, move |#came| #run)),
            ),
        );
        quote! {
            #docs
            #lints
            #visibility #asyncness fn sweep #generics (
                &self,
                #(#parameters,)*
            ) -> ::core::result::Result<#module::SweepReport, #module::StoreError>
            where
                #(#predicates,)*
                #(#repeated,)*
            {
                let mut #sweeping = #begun?;
                while let ::core::option::Option::Some(#held) = #next? {
                    #(#handed_on)*
                    #runtime::Sweeping::count(&mut #sweeping, &#settled);
                }
                ::core::result::Result::Ok(#runtime::Sweeping::done(#sweeping))
            }
        }
    }
}
