//! Which field of an event is what.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::{Field, LitStr, Member};

use super::names::{at_the_type_of, of_the_derive};
use super::options::{FieldOptions, TypeOptions};
use crate::error::Errors;
use crate::tokens::at;

/// Which field is what.
#[derive(Default)]
pub(super) struct Roles<'i> {
    pub(super) metadata: Option<Role<'i>>,
    pub(super) id: Option<Role<'i>>,
    pub(super) event_type: Option<Role<'i>>,
    /// `#[event(type = "…")]`
    pub(super) constant_type: Option<LitStr>,
    pub(super) key: Option<Role<'i>>,
    pub(super) attributes: Vec<(Vec<LitStr>, Role<'i>)>,
}

#[derive(Clone)]
pub(super) struct Role<'i> {
    pub(super) member: Member,
    pub(super) field: &'i Field,
    /// The variable it is bound to.
    pub(super) binding: Ident,
}

impl<'i> Roles<'i> {
    pub(super) fn check(
        ident: &Ident,
        fields: &[(Role<'i>, FieldOptions)],
        own: &TypeOptions,
        errors: &mut Errors,
    ) -> Self {
        let no_origin = own.no_origin.as_ref();
        let mut roles = Self {
            constant_type: own.event_type.clone(),
            ..Self::default()
        };
        for (role, options) in fields {
            let mut give = |to: &mut Option<Role<'i>>, what: &str, word: &Option<Ident>| {
                if let Some(word) = word {
                    if to.is_some() {
                        errors.at(
                            word,
                            format!("an event has one {what}: mark one field only"),
                        );
                    }
                    *to = Some(role.clone());
                }
            };
            give(
                &mut roles.metadata,
                "carrier of its context",
                &options.metadata,
            );
            give(&mut roles.id, "id", &options.id);
            give(&mut roles.event_type, "type", &options.event_type);
            give(&mut roles.key, "key", &options.key);
            if !options.attributes.is_empty() {
                roles
                    .attributes
                    .push((options.attributes.clone(), role.clone()));
            }
        }
        if let (Some(event_type), Some(constant)) = (&roles.event_type, &roles.constant_type) {
            errors.at(
                constant,
                format!(
                    "an event has one type, and the field `{}` is marked as that",
                    event_type.name()
                ),
            );
        }
        let called = |names: &[&str]| {
            let named = |(role, options): &&(Role<'i>, FieldOptions)| {
                options.skip.is_none() && names.iter().any(|name| role.name() == *name)
            };
            fields.iter().find(named).map(|(role, _)| role.clone())
        };
        if no_origin.is_none() {
            roles.metadata = roles.metadata.or_else(|| called(&["metadata"]));
        }
        roles.id = roles.id.or_else(|| called(&["id"]));
        if roles.constant_type.is_none() {
            roles.event_type = roles
                .event_type
                .or_else(|| called(&["type"]))
                .or_else(|| called(&["event_type"]));
        }
        match (&roles.metadata, no_origin) {
            (Some(metadata), Some(word)) => errors.at(
                word,
                format!(
                    "remove `no_origin`, or the `#[event(metadata)]` of the field `{}`",
                    metadata.name()
                ),
            ),
            (None, None) => errors.at(
                ident,
                format!(
                    "`{ident}` has no field that carries its producer's context: add `metadata: linked_span::Origin`, or mark the field that does with `#[event(metadata)]`; if it has no producer, write `#[event(no_origin)]` on it"
                ),
            ),
            _ => {}
        }
        roles
    }
}

impl<'i> Role<'i> {
    pub(super) fn of(index: usize, field: &'i Field) -> Self {
        let member = match &field.ident {
            Some(ident) => Member::Named(of_the_derive(ident)),
            None => Member::Unnamed(index.into()),
        };
        Self {
            member,
            field,
            // A constant of the user's would be matched, not bound, so the name is ours.
            binding: format_ident!("__linked_span_{index}", span = at_the_type_of(field)),
        }
    }

    /// The field's name, without an `r#`; nothing for a field without one.
    pub(super) fn name(&self) -> String {
        match &self.member {
            Member::Named(ident) => ident.unraw().to_string(),
            Member::Unnamed(_) => String::new(),
        }
    }

    /// Where an error about the field's type belongs.
    pub(super) fn span(&self) -> Span {
        at_the_type_of(self.field)
    }

    pub(super) fn pattern(&self) -> TokenStream {
        let Self {
            member, binding, ..
        } = self;
        quote!(#member: #binding)
    }

    /// The field's value by the function `what`, `text` or `key`; errors point at its type.
    pub(super) fn described(&self, runtime: &TokenStream, what: &str) -> TokenStream {
        let binding = &self.binding;
        let span = self.span();
        let method = format_ident!("linked_span_{what}");
        let what = format_ident!("{what}");
        let what_is_said = at(span, quote!(#runtime::__private::#what));
        let described =
            quote_spanned!(span=> (&&&&&#runtime::__private::Field(#binding)).#method());
        quote! {
            use #runtime::__private::Describe as _;
            #what_is_said(#binding, #described)
        }
    }
}
