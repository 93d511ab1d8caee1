//! Parts that several generated items share.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};
use syn::{Attribute, GenericParam, Generics, Token, Type, WhereClause};

use super::model::FanIn;
use super::params::is_condition;
use super::precise_capture::add_capture;
use crate::function::returned;
use crate::tokens::{at, contains_ident};

impl FanIn {
    /// Returns `::linked_span::fan_in`.
    pub(super) fn module(&self) -> TokenStream {
        let crate_path = &self.crate_path;
        self.at_function_name(quote!(#crate_path::fan_in))
    }

    /// Returns `S: Store<…>`.
    pub(super) fn store_bound(&self) -> TokenStream {
        let (module, payload, store) = (self.module(), &self.names.input, &self.names.store);
        let bound = Ident::new(
            if self.is_async {
                "Store"
            } else {
                "BlockingStore"
            },
            Span::mixed_site(),
        );
        self.at_function_name(quote!(#store: #module::#bound<#payload>))
    }

    /// Returns the code with its errors reported at the name of the function.
    pub(super) fn at_function_name(&self, tokens: TokenStream) -> TokenStream {
        let function = &self.handler.function.signature.ident;
        at(function.span().resolved_at(Span::mixed_site()), tokens)
    }

    pub(super) fn visibility(&self) -> &syn::Visibility {
        &self.handler.function.visibility
    }

    pub(super) fn returned(&self) -> Type {
        returned(&self.handler.function.signature)
    }

    /// Returns the return type, in which each `use<…>` also captures the store.
    pub(super) fn returned_with_store(&self) -> Type {
        let mut returned = self.returned();
        add_capture(&mut returned, &self.names.store);
        returned
    }

    /// Returns what a method repeats of the signature: `async`, the generics, the bounds.
    pub(super) fn repeated_signature(
        &self,
    ) -> (Option<Token![async]>, Generics, Option<&WhereClause>) {
        let signature = &self.handler.function.signature;
        let mut generics = Generics {
            where_clause: None,
            ..signature.generics.clone()
        };
        // With these spans, clippy does not report `extra_unused_lifetimes` or repeated bounds in a method.
        for parameter in &mut generics.params {
            let name = match parameter {
                GenericParam::Lifetime(parameter) => &mut parameter.lifetime.ident,
                GenericParam::Type(parameter) => &mut parameter.ident,
                GenericParam::Const(_) => continue,
            };
            name.set_span(name.span().resolved_at(Span::mixed_site()));
        }
        let bounds = signature.generics.where_clause.as_ref();
        (signature.asyncness, generics, bounds)
    }

    /// Returns `::<T, SIZE>`.
    pub(super) fn turbofish(&self) -> Option<TokenStream> {
        let generics = &self.handler.function.signature.generics;
        // A list of arguments cannot have a `cfg`, so rustc infers them.
        if generics.params.iter().any(is_conditional) {
            return None;
        }
        let mut chosen = generics
            .params
            .iter()
            .filter_map(|parameter| match parameter {
                GenericParam::Type(parameter) => Some(&parameter.ident),
                GenericParam::Const(parameter) => Some(&parameter.ident),
                GenericParam::Lifetime(_) => None,
            })
            .peekable();
        chosen.peek()?;
        Some(quote!(::<#(#chosen),*>))
    }

    /// Waits for a future of the runtime.
    pub(super) fn wait_for(&self, future: &TokenStream) -> TokenStream {
        let runtime = &self.handler.runtime;
        if self.is_async {
            quote!(#future.await)
        } else {
            quote!(#runtime::ready(#future))
        }
    }

    /// Returns a call of a generated method as a future.
    pub(super) fn as_future(&self, call: &TokenStream) -> TokenStream {
        if self.is_async {
            call.clone()
        } else {
            quote!(async move { #call })
        }
    }

    /// Returns the function's own `allow` and `expect` for a generated item, which repeats its types.
    pub(super) fn lints(&self) -> TokenStream {
        let own = ["allow", "expect"].map(|word| {
            let lints = self.attributes_named(word);
            lints.filter_map(|lints| Some(&lints.meta.require_list().ok()?.tokens))
        });
        let own = own.into_iter().flatten();
        // The joins call the deprecated function. There is no other `allow`: it would be an error under `forbid` (E0453).
        let is_deprecated = |attribute: &Attribute| {
            let word = |ident: &Ident| ident == "deprecated";
            (attribute.path().is_ident("deprecated") || attribute.path().is_ident("cfg_attr"))
                && contains_ident(attribute.meta.to_token_stream(), &word)
        };
        let attributes = &self.handler.function.attributes;
        let deprecated = attributes.iter().any(is_deprecated);
        let deprecated = deprecated.then(|| quote!(#[allow(deprecated)]));
        quote!(#deprecated #(#[allow(#own)])*)
    }

    /// Returns the attributes of the function with this name.
    pub(super) fn attributes_named(&self, name: &'static str) -> impl Iterator<Item = &Attribute> {
        let attributes = self.handler.function.attributes.iter();
        attributes.filter(move |attribute| attribute.path().is_ident(name))
    }
}

/// Returns `true` if a generic parameter has a `cfg`.
fn is_conditional(parameter: &GenericParam) -> bool {
    let attributes = match parameter {
        GenericParam::Lifetime(parameter) => &parameter.attrs,
        GenericParam::Type(parameter) => &parameter.attrs,
        GenericParam::Const(parameter) => &parameter.attrs,
    };
    attributes.iter().any(is_condition)
}

pub(super) fn index_literal(place: usize) -> TokenStream {
    proc_macro2::Literal::usize_unsuffixed(place).into_token_stream()
}
