//! Generates the enum of the inputs: a store holds it, and an arrival returns it.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote};
use syn::ext::IdentExt;

use super::common::index_literal;
use super::input::Input;
use super::model::FanIn;

impl FanIn {
    pub(super) fn input_enum(&self) -> TokenStream {
        let (docs, visibility, name) = (
            self.docs_of_the_input_enum(),
            self.visibility(),
            &self.names.input,
        );
        let variants = self.params.inputs.iter().map(|input| {
            let (docs, variant) = (Self::docs_of_a_variant(input), &input.variant);
            let alias = self.alias(input);
            quote!(#docs #variant(#alias),)
        });
        let declaration = self.at_function_name(quote!(#visibility enum #name));
        quote! {
            #docs
            #declaration {
                #(#variants)*
            }
        }
    }

    pub(super) fn input_methods(&self) -> TokenStream {
        let name = &self.names.input;
        let methods = self
            .params
            .inputs
            .iter()
            .map(|input| self.gen_into_method(input));
        quote! {
            impl #name {
                #(#methods)*
            }
        }
    }

    /// Returns a name for the type of each input. An error in a type is reported once, at its alias.
    pub(super) fn input_aliases(&self) -> Vec<TokenStream> {
        let alias = |input: &Input| {
            let (alias, ty) = (self.alias(input), &input.ty);
            quote!(type #alias = #ty;)
        };
        self.params.inputs.iter().map(alias).collect()
    }

    /// Returns the traits that the enum implements if its inputs do.
    pub(super) fn input_traits(&self) -> TokenStream {
        let (runtime, name) = (&self.handler.runtime, &self.names.input);
        let rows = self.params.inputs.iter().enumerate().map(|(place, input)| {
            let (variant, place, text) = (&input.variant, index_literal(place), input.name());
            let alias = self.alias(input);
            quote!(#place #text #variant(#alias))
        });
        quote!(#runtime::input_enum!(#name #(#rows),*);)
    }

    fn alias(&self, input: &Input) -> Ident {
        let join = self.names.join.unraw();
        format_ident!("__{join}{}", input.variant, span = Span::mixed_site())
    }

    fn gen_into_method(&self, input: &Input) -> TokenStream {
        let (docs, visibility) = (Self::docs_of_into(input), self.visibility());
        let (variant, alias) = (&input.variant, self.alias(input));
        let span = input.ident.span().resolved_at(Span::mixed_site());
        let method = format_ident!("into_{}", input.ident.unraw(), span = span);
        let found = Ident::new("__linked_span_input", Span::mixed_site());
        quote! {
            #docs
            #[must_use]
            #visibility fn #method(self) -> ::core::option::Option<#alias> {
                match self {
                    Self::#variant(#found) => ::core::option::Option::Some(#found),
                    _ => ::core::option::Option::None,
                }
            }
        }
    }
}
