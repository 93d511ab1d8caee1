//! Generates one variant's arm of each method.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::Field;
use syn::spanned::Spanned;

use super::model::{Content, Variant};
use super::names::type_span_of;
use super::roles::Role;
use crate::tokens::at;

pub(super) fn set_on() -> Ident {
    Ident::new("__linked_span_attributes", Span::mixed_site())
}

pub(super) fn propagation() -> Ident {
    Ident::new("__linked_span_propagation", Span::mixed_site())
}

impl Variant<'_> {
    pub(super) fn origin(&self, runtime: &TokenStream) -> TokenStream {
        match &self.content {
            Content::Delegate { field, .. } => {
                self.delegate(field, quote!(#runtime::LinkedEvent::origin))
            }
            Content::Roles(roles) if roles.metadata.is_none() => {
                let path = &self.path;
                quote!(#path { .. } => ::core::default::Default::default(),)
            }
            Content::Roles(roles) => self.with(roles.metadata.as_ref(), |metadata| {
                let binding = &metadata.binding;
                let call = at(metadata.span(), quote!(#runtime::Carrier::origin));
                quote!(#call(#binding))
            }),
        }
    }

    pub(super) fn baggage(&self, runtime: &TokenStream) -> TokenStream {
        let propagation = propagation();
        match &self.content {
            Content::Delegate { field, .. } => {
                let path = &self.path;
                let span = type_span_of(field);
                let call = at(span, quote!(#runtime::LinkedEvent::linked_span_baggage));
                let event = Ident::new("__linked_span_event", span);
                quote!(#path { 0: #event } => #call(#event, #propagation),)
            }
            Content::Roles(roles) => self.with(roles.metadata.as_ref(), |metadata| {
                let binding = &metadata.binding;
                let call = quote!(#runtime::Carrier::linked_span_baggage);
                let call = at(metadata.span(), call);
                quote!(#call(#binding, #propagation))
            }),
        }
    }

    pub(super) fn id(&self, runtime: &TokenStream) -> TokenStream {
        match &self.content {
            Content::Delegate { field, .. } => {
                self.delegate(field, quote!(#runtime::LinkedEvent::id))
            }
            Content::Roles(roles) => {
                self.with(roles.id.as_ref(), |id| id.described(runtime, "text"))
            }
        }
    }

    pub(super) fn event_type(&self, runtime: &TokenStream) -> TokenStream {
        match &self.content {
            Content::Delegate { field, .. } => {
                self.delegate(field, quote!(#runtime::LinkedEvent::event_type))
            }
            Content::Roles(roles) => match &roles.constant_type {
                Some(constant) => {
                    let path = &self.path;
                    quote! {
                        #path { .. } => ::core::option::Option::Some(
                            #runtime::__private::constant(#constant)
                        ),
                    }
                }
                None => self.with(roles.event_type.as_ref(), |event_type| {
                    event_type.described(runtime, "text")
                }),
            },
        }
    }

    pub(super) fn key(&self, runtime: &TokenStream) -> TokenStream {
        match &self.content {
            Content::Delegate { field, .. } => self.delegate(field, quote!(#runtime::Keyed::key)),
            Content::Roles(roles) => {
                self.with(roles.key.as_ref(), |key| key.described(runtime, "key"))
            }
        }
    }

    pub(super) fn attributes(&self, runtime: &TokenStream) -> TokenStream {
        let (path, set_on) = (&self.path, set_on());
        match &self.content {
            Content::Delegate { field, .. } => {
                let call = at(
                    type_span_of(field),
                    quote!(#runtime::LinkedEvent::attributes),
                );
                let event = Ident::new("__linked_span_event", type_span_of(field));
                quote!(#path { 0: #event } => #call(#event, #set_on),)
            }
            Content::Roles(roles) => {
                let patterns = roles.attributes.iter().map(|(_, role)| role.pattern());
                let set = roles.attributes.iter().map(|(keys, role)| {
                    let binding = &role.binding;
                    let span = role.field.ty.span().resolved_at(Span::call_site());
                    quote_spanned!(span=> #(#set_on.set(#keys, #binding);)*)
                });
                let unused = roles
                    .attributes
                    .is_empty()
                    .then(|| quote!(let _ = #set_on;));
                quote!(#path { #(#patterns,)* .. } => { #(#set)* #unused })
            }
        }
    }

    pub(super) fn delegate(&self, field: &Field, call: TokenStream) -> TokenStream {
        let path = &self.path;
        let call = at(type_span_of(field), call);
        let event = Ident::new("__linked_span_event", type_span_of(field));
        quote!(#path { 0: #event } => #call(#event),)
    }

    /// Returns an arm that uses one field, or returns `None` without it.
    pub(super) fn with(
        &self,
        role: Option<&Role<'_>>,
        value: impl FnOnce(&Role<'_>) -> TokenStream,
    ) -> TokenStream {
        let path = &self.path;
        let Some(role) = role else {
            return quote!(#path { .. } => ::core::option::Option::None,);
        };
        let (pattern, value) = (role.pattern(), value(role));
        quote!(#path { #pattern, .. } => { #value })
    }
}
