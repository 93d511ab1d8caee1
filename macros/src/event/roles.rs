//! Assigns a role to each field of an event.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::{Field, LitStr, Member};

use super::names::{derive_ident, type_span_of};
use super::options::{FieldOptions, TypeOptions};
use crate::error::Errors;
use crate::tokens::at;

/// Holds the field of each role.
#[derive(Default)]
pub(super) struct Roles<'i> {
    pub(super) metadata: Option<Role<'i>>,
    pub(super) id: Option<Role<'i>>,
    pub(super) event_type: Option<Role<'i>>,
    /// The value of `#[event(type = "…")]`.
    pub(super) constant_type: Option<LitStr>,
    pub(super) key: Option<Role<'i>>,
    pub(super) attributes: Vec<(Vec<LitStr>, Role<'i>)>,
}

#[derive(Clone)]
pub(super) struct Role<'i> {
    pub(super) member: Member,
    pub(super) field: &'i Field,
    /// The variable that a pattern binds the field to.
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
                            format!("mark one field only: an event has one {what}"),
                        );
                    }
                    *to = Some(role.clone());
                }
            };
            give(&mut roles.metadata, "carrier", &options.metadata);
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
                    "remove this `type`, or the `#[event(type)]` of the field `{}`: an event has one type",
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
                    "add `metadata: linked_span::Origin` to `{ident}`, or mark its carrier with `#[event(metadata)]`; if it has no producer, write `#[event(no_origin)]` on it"
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
            Some(ident) => Member::Named(derive_ident(ident)),
            None => Member::Unnamed(index.into()),
        };
        Self {
            member,
            field,
            // A pattern would match a constant of the user instead of binding a variable, so this macro chooses the
            // name.
            binding: format_ident!("__linked_span_{index}", span = type_span_of(field)),
        }
    }

    /// Returns the field's name without `r#`; an unnamed field has an empty name.
    pub(super) fn name(&self) -> String {
        match &self.member {
            Member::Named(ident) => ident.unraw().to_string(),
            Member::Unnamed(_) => String::new(),
        }
    }

    /// Returns where an error about the type of the field belongs.
    pub(super) fn span(&self) -> Span {
        type_span_of(self.field)
    }

    pub(super) fn pattern(&self) -> TokenStream {
        let Self {
            member, binding, ..
        } = self;
        quote!(#member: #binding)
    }

    /// Returns the field's value, as the runtime's function `text` or `key` returns it.
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
