//! Checks a type of events before code is generated.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::{Attribute, Data, DeriveInput, Fields};

use super::model::{Content, Event, Variant};
use super::names::of_the_derive;
use super::options::{FieldOptions, TypeOptions};
use super::roles::{Role, Roles};
use crate::error::Errors;
use crate::tokens::contains_ident;

impl<'i> Event<'i> {
    pub(super) fn check(input: &'i DeriveInput, errors: &mut Errors) -> Self {
        let options = TypeOptions::parse(&input.attrs, true, errors);
        refuse_packed(input, errors);
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
                    let name = of_the_derive(ident);
                    let path = quote_spanned!(name.span()=> Self::#name);
                    Variant::check(ident, path, &variant.fields, &own, errors)
                };
                data.variants.iter().map(variant).collect()
            }
            Data::Union(data) => {
                errors.at(
                    data.union_token,
                    "the fields of a union cannot be told apart: implement `LinkedEvent` by hand",
                );
                Vec::new()
            }
        };
        if let (Data::Enum(_), true) = (&input.data, variants.is_empty()) {
            errors.at(
                &input.ident,
                "an enum without variants has no values: give it one that is an event, or leave the derive out",
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
                    "other variants have a key: mark this one's with `#[event(key)]`, or mark none and implement `Keyed` by hand",
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
                    && options.is_at_most_a_key() =>
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

fn refuse_packed(input: &DeriveInput, errors: &mut Errors) {
    let is_packed = |attribute: &&Attribute| {
        let meta = &attribute.meta;
        attribute.path().is_ident("repr")
            && contains_ident(meta.to_token_stream(), &|word| word == "packed")
    };
    if let Some(packed) = input.attrs.iter().find(is_packed) {
        errors.at(
            packed,
            "implement `LinkedEvent` by hand, or leave `packed` out: the derive borrows fields, which a packed type does not allow",
        );
    }
}
