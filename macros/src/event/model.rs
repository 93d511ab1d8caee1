//! A type of events, checked.

use proc_macro2::{Ident, TokenStream};
use syn::{DeriveInput, Field};

use super::roles::Roles;

/// A type of events, checked.
pub(super) struct Event<'i> {
    pub(super) input: &'i DeriveInput,
    pub(super) variants: Vec<Variant<'i>>,
    pub(super) runtime: TokenStream,
}

/// A variant, or a struct as its own only one.
pub(super) struct Variant<'i> {
    pub(super) ident: &'i Ident,
    /// The pattern's path.
    pub(super) path: TokenStream,
    pub(super) content: Content<'i>,
}

pub(super) enum Content<'i> {
    /// The single unnamed field is the event.
    Delegate {
        field: &'i Field,
        /// It is marked as one that has a key.
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
