//! What several of the generated items consist of.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote};
use syn::{Attribute, GenericParam, Generics, Token, Type, WhereClause};

use super::model::FanIn;
use super::params::is_condition;
use super::precise_capture::capturing;
use crate::function::returned;
use crate::tokens::{at, contains_ident};

impl FanIn {
    /// `::linked_span::fan_in`
    pub(super) fn module(&self) -> TokenStream {
        let crate_path = &self.crate_path;
        self.at_the_function(quote!(#crate_path::fan_in))
    }

    /// What the store keeps, written once: an error in an input's type is one error.
    pub(super) fn payload(&self) -> TokenStream {
        let (module, lints, payload) = (self.module(), self.lints(), &self.names.payload);
        let one_of = format_ident!("OneOf{}", self.params.inputs.len());
        let kept = self.params.inputs.iter().map(|input| &input.kept);
        quote!(#lints type #payload = #module::#one_of<#(#kept),*>;)
    }

    /// `S: Store<…>`, the stores on which it runs.
    pub(super) fn store_bound(&self) -> TokenStream {
        let (module, payload, store) = (self.module(), &self.names.payload, &self.names.store);
        let bound = Ident::new(
            if self.is_async {
                "Store"
            } else {
                "BlockingStore"
            },
            Span::mixed_site(),
        );
        self.at_the_function(quote!(#store: #module::#bound<#payload>))
    }

    /// Where an error belongs that is nobody's in particular.
    pub(super) fn at_the_function(&self, tokens: TokenStream) -> TokenStream {
        let function = &self.handler.function.signature.ident;
        at(function.span().resolved_at(Span::mixed_site()), tokens)
    }

    pub(super) fn visibility(&self) -> &syn::Visibility {
        &self.handler.function.visibility
    }

    pub(super) fn returned(&self) -> Type {
        returned(&self.handler.function.signature)
    }

    /// The same where the store is a parameter, which every opaque type has to capture.
    pub(super) fn returned_of_any_store(&self) -> TokenStream {
        capturing(self.returned().into_token_stream(), &self.names.store)
    }

    /// What a method that calls the function has from it.
    pub(super) fn qualifiers(&self) -> (Option<Token![async]>, Generics, Option<&WhereClause>) {
        let signature = &self.handler.function.signature;
        let mut generics = Generics {
            where_clause: None,
            ..signature.generics.clone()
        };
        // A method uses a lifetime, and bounds a type, as often as it does, which is no lint about the function's.
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

    /// `::<T, SIZE>`: what the caller has chosen need not be found out again.
    pub(super) fn chosen_generics(&self) -> Option<TokenStream> {
        let generics = &self.handler.function.signature.generics;
        // A list of arguments has no `cfg`, so they are inferred.
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

    /// What a future of the runtime's comes to.
    pub(super) fn wait(&self, future: &TokenStream) -> TokenStream {
        let runtime = &self.handler.runtime;
        if self.is_async {
            quote!(#future.await)
        } else {
            quote!(#runtime::ready(#future))
        }
    }

    /// A call of a method of ours, as the future that the runtime takes.
    pub(super) fn future(&self, call: &TokenStream) -> TokenStream {
        if self.is_async {
            call.clone()
        } else {
            quote!(async move { #call })
        }
    }

    /// What is generated has the user's words in it, and raises no lint for how it uses them; what the function allows is
    /// allowed there too.
    pub(super) fn lints(&self) -> TokenStream {
        let own = ["allow", "expect"].map(|word| {
            let lints = self.attributes_called(word);
            lints.filter_map(|lints| Some(&lints.meta.require_list().ok()?.tokens))
        });
        let own = own.into_iter().flatten();
        // Its joins call the deprecated function. Otherwise nothing is allowed: the user may forbid the lint.
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

    /// The function's own attributes of this name.
    pub(super) fn attributes_called(&self, name: &'static str) -> impl Iterator<Item = &Attribute> {
        let attributes = self.handler.function.attributes.iter();
        attributes.filter(move |attribute| attribute.path().is_ident(name))
    }
}

/// Whether a generic parameter has a `cfg`.
fn is_conditional(parameter: &GenericParam) -> bool {
    let attributes = match parameter {
        GenericParam::Lifetime(parameter) => &parameter.attrs,
        GenericParam::Type(parameter) => &parameter.attrs,
        GenericParam::Const(parameter) => &parameter.attrs,
    };
    attributes.iter().any(is_condition)
}

pub(super) fn place_literal(place: usize) -> TokenStream {
    proc_macro2::Literal::usize_unsuffixed(place).into_token_stream()
}
