//! The statements that capture and bind parameters.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};
use syn::{Attribute, Pat, Token};

use super::carried_attributes::CarriedAttributes;

/// Holds the statements before the user's body.
#[derive(Default)]
pub(crate) struct Bindings {
    pub(super) slots: Vec<Slot>,
    /// `true` once a by-value parameter is bound inside. All following parameters then are too.
    pub(super) binds: bool,
}

/// Holds a parameter, or a variable of its pattern.
pub(super) struct Slot {
    /// The name in the signature.
    source: Ident,
    conditions: Vec<Attribute>,
    is_reference: bool,
    pub(super) binding: TokenStream,
}

impl Bindings {
    /// Captures a variable that the body uses.
    pub(super) fn capture(&mut self, source: Ident, attributes: &CarriedAttributes) {
        let binding = if self.binds {
            quote!(let #source = #source;)
        } else {
            TokenStream::new()
        };
        self.push(source, attributes, false, binding);
    }

    /// Binds a reference, which takes no space in a future, so that rustc can report an unused variable.
    pub(super) fn unused(
        &mut self,
        source: Ident,
        attributes: &CarriedAttributes,
        mutability: Option<Token![mut]>,
    ) {
        let lints = &attributes.lints;
        let binding = quote!(#(#lints)* let #mutability #source = &#source;);
        self.push(source, attributes, false, binding);
    }

    pub(super) fn bind(
        &mut self,
        source: Ident,
        attributes: &CarriedAttributes,
        is_reference: bool,
        pattern: &TokenStream,
    ) {
        let lints = &attributes.lints;
        let binding = quote!(#(#lints)* let #pattern = #source;);
        self.push(source, attributes, is_reference, binding);
        self.binds |= !is_reference;
    }

    /// Binds a pattern: the rest of its value drops after its variables, and before earlier bindings.
    pub(super) fn destructure(
        &mut self,
        source: Ident,
        attributes: &CarriedAttributes,
        is_reference: bool,
        pattern: &Pat,
    ) {
        if self.binds && !is_reference {
            let value = quote!(let #source = #source;);
            self.push(source.clone(), attributes, true, value);
        }
        let pattern = pattern.to_token_stream();
        self.bind(source, attributes, is_reference, &pattern);
    }

    fn push(
        &mut self,
        source: Ident,
        attributes: &CarriedAttributes,
        is_reference: bool,
        binding: TokenStream,
    ) {
        self.slots.push(Slot {
            source,
            conditions: attributes.conditions.clone(),
            is_reference,
            binding,
        });
    }

    /// Returns `true` if a parameter is bound inside.
    pub(super) fn has_bindings(&self) -> bool {
        self.slots.iter().any(|slot| !slot.binding.is_empty())
    }

    pub(super) fn statements(&self) -> TokenStream {
        let mentions = self.slots.iter().rev().map(Slot::mention);
        let bindings = self.slots.iter().map(|slot| {
            let Slot {
                conditions,
                binding,
                ..
            } = slot;
            (!binding.is_empty()).then(|| quote!(#(#conditions)* #binding))
        });
        quote!(#(#mentions)* #(#bindings)*)
    }
}

impl Slot {
    /// Returns a statement that captures the whole variable.
    fn mention(&self) -> Option<TokenStream> {
        let Self {
            source, conditions, ..
        } = self;
        (!self.is_reference).then(|| quote!(#(#conditions)* let _ = &#source;))
    }
}
