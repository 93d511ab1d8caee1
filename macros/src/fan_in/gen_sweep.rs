//! Generates the method that runs all due joins.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;
use syn::{GenericParam, Generics, LifetimeParam};

use super::extra_param::ExtraParam;
use super::model::FanIn;
use crate::function::without_opaque_types;

impl FanIn {
    pub(super) fn sweep(&self) -> TokenStream {
        let module = self.module();
        let (docs, visibility) = (Self::docs_of_sweep(), self.visibility());
        let (asyncness, mut generics, bounds) = self.repeated_signature();
        let mut names = Vec::new();
        let extras = self.params.extras();
        let extras: Vec<_> = extras.map(|extra| extra.with_names(&mut names)).collect();
        for name in names {
            let name = GenericParam::Lifetime(LifetimeParam::new(name));
            generics.params.insert(0, name);
        }
        let parameters = extras.iter().map(ExtraParam::cloned_parameter);
        let clone_bounds: Vec<_> = extras.iter().filter_map(ExtraParam::clone_bound).collect();
        let moved = if clone_bounds.is_empty() {
            Vec::new()
        } else {
            move_bounds(&mut generics)
        };
        let predicates = bounds.iter().flat_map(|bounds| &bounds.predicates);
        let body = self.sweep_body(extras.iter().filter_map(ExtraParam::clone_statement));
        quote! {
            #docs
            #visibility #asyncness fn sweep #generics (
                &self,
                #(#parameters,)*
            ) -> ::core::result::Result<#module::SweepReport, #module::StoreError>
            where
                #(#moved,)*
                #(#predicates,)*
                #(#clone_bounds,)*
            {
                #body
            }
        }
    }

    fn sweep_body(&self, clones: impl Iterator<Item = TokenStream>) -> TokenStream {
        let (module, runtime) = (self.module(), &self.handler.runtime);
        let returned = without_opaque_types(self.returned());
        let mixed = |name| Ident::new(name, Span::mixed_site());
        let (received, sweep, claim) = (
            mixed("__linked_span_received"),
            mixed("__linked_span_sweep"),
            mixed("__linked_span_claim"),
        );
        let arguments = self.params.extras().map(ExtraParam::argument);
        let run = self.as_future(&self.run_for(&received, arguments));
        let begin = self.wait_for(&quote!(#module::Join::sweep(&self.0)));
        let next = self.wait_for(&quote!(#runtime::Sweeping::next(&mut #sweep)));
        let outcome = self.wait_for(
            &quote!(#runtime::ClaimGuard::work::<#returned, _>(#claim, move |#received| #run)),
        );
        quote! {
            let mut #sweep = #begin?;
            while let ::core::option::Option::Some(#claim) = #next? {
                #(#clones)*
                #runtime::Sweeping::count(&mut #sweep, &#outcome);
            }
            ::core::result::Result::Ok(#runtime::Sweeping::done(#sweep))
        }
    }
}

/// Moves `T: Bound` into predicates: clippy reports `multiple_bound_locations` where there is another bound on `T`, and an
/// `allow` is an error under `forbid` (E0453). A predicate cannot have a `cfg`, so a generic with one stays.
fn move_bounds(generics: &mut Generics) -> Vec<TokenStream> {
    let types = generics.type_params_mut();
    let bounded = types.filter(|ty| !ty.bounds.is_empty() && ty.attrs.is_empty());
    bounded
        .map(|ty| {
            let (ident, bounds) = (&ty.ident, std::mem::take(&mut ty.bounds));
            ty.colon_token = None;
            quote!(#ident: #bounds)
        })
        .collect()
}
