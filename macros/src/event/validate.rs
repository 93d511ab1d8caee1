//! Checks a type of events before code is generated.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::{Attribute, Data, DeriveInput, Fields};

use super::model::{Content, Event, Variant};
use super::names::derive_ident;
use super::options::{FieldOptions, TypeOptions};
use super::roles::{Role, Roles};
use crate::error::Errors;
use crate::tokens::contains_ident;

impl<'i> Event<'i> {
    pub(super) fn check(input: &'i DeriveInput, errors: &mut Errors) -> Self {
        let options = TypeOptions::parse(&input.attrs, true, errors);
        check_packed(input, errors);
        let variants = match &input.data {
            Data::Struct(data) => {
                let ident = &input.ident;
                vec![Variant::check(
                    ident,
                    quote!(Self),
                    &data.fields,
                    &options,
                    errors,
                )]
            }
            Data::Enum(data) => {
                let variant = |variant: &'i syn::Variant| {
                    let mut own = TypeOptions::parse(&variant.attrs, false, errors);
                    own.event_type = own.event_type.or_else(|| options.event_type.clone());
                    own.no_origin = own.no_origin.or_else(|| options.no_origin.clone());
                    let ident = &variant.ident;
                    let name = derive_ident(ident);
                    let path = quote_spanned!(name.span()=> Self::#name);
                    Variant::check(ident, path, &variant.fields, &own, errors)
                };
                data.variants.iter().map(variant).collect()
            }
            Data::Union(data) => {
                errors.at(
                    data.union_token,
                    "implement `LinkedEvent` by hand: the derive cannot know which field of a union is set",
                );
                Vec::new()
            }
        };
        if let (Data::Enum(_), true) = (&input.data, variants.is_empty()) {
            errors.at(
                &input.ident,
                "add a variant, or remove the derive: an enum without variants has no values",
            );
        }
        let event = Self {
            input,
            variants,
            runtime: options
                .crate_path
                .map_or_else(|| quote!(::linked_span), ToTokens::into_token_stream),
        };
        event.check_keys(errors);
        event
    }

    fn check_keys(&self, errors: &mut Errors) {
        let without_key = |variant: &&Variant<'_>| matches!(&variant.content, Content::Roles(roles) if roles.key.is_none());
        if self.is_keyed() {
            for variant in self.variants.iter().filter(without_key) {
                errors.at(
                    variant.ident,
                    "mark the key of this variant with `#[event(key)]`, or mark none and implement `Keyed` by hand: other variants have a key",
                );
            }
        }
    }
}

impl<'i> Variant<'i> {
    fn check(
        ident: &'i Ident,
        path: TokenStream,
        fields: &'i Fields,
        own: &TypeOptions,
        errors: &mut Errors,
    ) -> Self {
        let marked: Vec<(Role<'i>, FieldOptions)> = fields
            .iter()
            .enumerate()
            .map(|(index, field)| (Role::of(index, field), FieldOptions::parse(field, errors)))
            .collect();
        let content = match (fields, marked.as_slice()) {
            (Fields::Unnamed(_), [(only, options)])
                if own.event_type.is_none()
                    && own.no_origin.is_none()
                    && options.is_key_or_bare() =>
            {
                Content::Delegate {
                    field: only.field,
                    is_keyed: options.key.is_some(),
                }
            }
            _ => Content::Roles(Box::new(Roles::check(ident, &marked, own, errors))),
        };
        Self {
            ident,
            path,
            content,
        }
    }
}

fn check_packed(input: &DeriveInput, errors: &mut Errors) {
    let is_packed = |attribute: &&Attribute| {
        let meta = &attribute.meta;
        attribute.path().is_ident("repr")
            && contains_ident(meta.to_token_stream(), &|word| word == "packed")
    };
    if let Some(packed) = input.attrs.iter().find(is_packed) {
        errors.at(
            packed,
            "implement `LinkedEvent` by hand, or remove `packed`: the derive borrows fields, which a packed type does not allow",
        );
    }
}
