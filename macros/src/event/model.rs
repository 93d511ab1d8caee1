//! A type of events, checked.

use proc_macro2::{Ident, TokenStream};
use syn::{DeriveInput, Field};

use super::roles::Roles;

pub(super) struct Event<'i> {
    pub(super) input: &'i DeriveInput,
    pub(super) variants: Vec<Variant<'i>>,
    pub(super) runtime: TokenStream,
}

/// Holds a variant; a struct has a single one.
pub(super) struct Variant<'i> {
    pub(super) ident: &'i Ident,
    /// The path in a pattern: `Self` or `Self::Variant`.
    pub(super) path: TokenStream,
    pub(super) content: Content<'i>,
}

pub(super) enum Content<'i> {
    /// The event is the only field, which has no name.
    Delegate {
        field: &'i Field,
        /// The field is marked `#[event(key)]`.
        is_keyed: bool,
    },
    Roles(Box<Roles<'i>>),
}

impl Event<'_> {
    pub(super) fn is_keyed(&self) -> bool {
        self.variants.iter().any(|variant| match &variant.content {
            Content::Delegate { is_keyed, .. } => *is_keyed,
            Content::Roles(roles) => roles.key.is_some(),
        })
    }
}
