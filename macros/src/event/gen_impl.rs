//! Generates the implementations of `LinkedEvent` and `Keyed`.

use proc_macro2::TokenStream;
use quote::quote;

use super::gen_arms::{propagation, set_on};
use super::model::{Event, Variant};
use super::names::derive_ident;

impl<'i> Event<'i> {
    pub(super) fn tokens(&self) -> TokenStream {
        let runtime = &self.runtime;
        let ident = &derive_ident(&self.input.ident);
        let (generics, arguments, _) = self.input.generics.split_for_impl();
        let bounds = self.where_clause(false);
        let origin = self.arms(|variant| variant.origin(runtime));
        let baggage = self.arms(|variant| variant.baggage(runtime));
        let propagation = propagation();
        let id = self.arms(|variant| variant.id(runtime));
        let event_type = self.arms(|variant| variant.event_type(runtime));
        let attributes = self.arms(|variant| variant.attributes(runtime));
        let set_on = set_on();
        let keyed = self.is_keyed().then(|| {
            let bounds = self.where_clause(true);
            let key = self.arms(|variant| variant.key(runtime));
            quote! {
                #[automatically_derived]
                impl #generics #runtime::Keyed for #ident #arguments #bounds {
                    fn key(&self) -> #runtime::__private::Cow<'_, ::core::primitive::str> {
                        match self { #key }
                    }
                }
            }
        });
        quote! {
            #[automatically_derived]
            impl #generics #runtime::LinkedEvent for #ident #arguments #bounds {
                fn origin(&self) -> #runtime::Origin {
                    match self { #origin }
                }
                fn linked_span_baggage(
                    &self,
                    #propagation: #runtime::__private::Propagation,
                ) -> #runtime::__private::SharedBaggage {
                    match self { #baggage }
                }
                fn id(&self) -> ::core::option::Option<#runtime::__private::StringValue> {
                    match self { #id }
                }
                fn event_type(&self) -> ::core::option::Option<#runtime::__private::StringValue> {
                    match self { #event_type }
                }
                fn attributes(&self, #set_on: &mut #runtime::Attributes) {
                    match self { #attributes }
                }
            }
            #keyed
        }
    }

    /// Returns implementations for a type with errors, so that its handlers report no further ones.
    pub(super) fn placeholder(&self) -> TokenStream {
        let runtime = &self.runtime;
        let ident = &derive_ident(&self.input.ident);
        let (generics, arguments, bounds) = self.input.generics.split_for_impl();
        let keyed = self.is_keyed().then(|| {
            quote! {
                impl #generics #runtime::Keyed for #ident #arguments #bounds {
                    fn key(&self) -> #runtime::__private::Cow<'_, ::core::primitive::str> {
                        ::core::panic!()
                    }
                }
            }
        });
        quote! {
            impl #generics #runtime::LinkedEvent for #ident #arguments #bounds {
                fn origin(&self) -> #runtime::Origin {
                    ::core::panic!()
                }
            }
            #keyed
        }
    }

    fn arms(&self, arm: impl Fn(&Variant<'i>) -> TokenStream) -> TokenStream {
        self.variants.iter().map(arm).collect()
    }
}
