//! The `where` clause of an implementation.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};
use syn::{GenericArgument, PathArguments, Token, Type};

use super::model::{Content, Event};
use crate::tokens::contains_ident;

impl Event<'_> {
    /// Returns the user's bounds, and a bound for each field type that names a generic parameter.
    pub(super) fn where_clause(&self, keyed: bool) -> TokenStream {
        let runtime = &self.runtime;
        let generics: Vec<&Ident> = self
            .input
            .generics
            .type_params()
            .map(|param| &param.ident)
            .collect();
        let mut bounds = TokenStream::new();
        let own = &self.input.ident;
        let mut require = |bounded: &Type, bound: TokenStream| {
            let is_generic = |ident: &Ident| generics.contains(&ident);
            // rustc cannot prove a bound on a type that contains the type itself (E0275).
            let is_own = |ident: &Ident| ident == own || ident == "Self";
            let bounded = bounded.to_token_stream();
            if contains_ident(bounded.clone(), &is_generic)
                && !contains_ident(bounded.clone(), &is_own)
            {
                bounds.extend(quote!(#bounded: #bound,));
            }
        };
        for variant in &self.variants {
            match &variant.content {
                Content::Delegate { field, .. } if keyed => {
                    require(&field.ty, quote!(#runtime::Keyed));
                }
                Content::Delegate { field, .. } => {
                    require(&field.ty, quote!(#runtime::LinkedEvent));
                }
                Content::Roles(roles) if keyed => {
                    if let Some(key) = &roles.key {
                        require(&key.field.ty, quote!(::core::fmt::Display));
                    }
                }
                Content::Roles(roles) => {
                    if let Some(metadata) = &roles.metadata {
                        require(&metadata.field.ty, quote!(#runtime::Carrier));
                    }
                    for text in roles.id.iter().chain(&roles.event_type) {
                        require(unwrapped(&text.field.ty), quote!(::core::fmt::Display));
                    }
                    for (_, attribute) in &roles.attributes {
                        require(&attribute.field.ty, quote!(#runtime::AttributeValue));
                    }
                }
            }
        }
        let own = self
            .input
            .generics
            .where_clause
            .as_ref()
            .map(|clause| &clause.predicates);
        match own {
            Some(own) if !own.is_empty() => {
                let comma = (!own.trailing_punct()).then(<Token![,]>::default);
                quote!(where #own #comma #bounds)
            }
            _ if bounds.is_empty() => TokenStream::new(),
            _ => quote!(where #bounds),
        }
    }
}

/// Returns `T` of an `Option<T>`, or the type itself.
fn unwrapped(field: &Type) -> &Type {
    let Type::Path(path) = field else {
        return field;
    };
    match path.path.segments.last() {
        Some(last) if last.ident == "Option" => match &last.arguments {
            PathArguments::AngleBracketed(arguments) => match arguments.args.first() {
                Some(GenericArgument::Type(inner)) => inner,
                _ => field,
            },
            _ => field,
        },
        _ => field,
    }
}
