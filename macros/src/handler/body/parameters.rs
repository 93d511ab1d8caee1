//! Chooses the statements that each parameter needs.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote};
use syn::{FnArg, Pat, PatIdent, PatType, Receiver, ReceiverKind, Signature, Token};

use super::bindings::Bindings;
use super::carried_attributes::CarriedAttributes;
use crate::function::{
    Mention, Variable, contains_macro, is_assigned, is_reference, mention, take_mutability,
    variables,
};
use crate::tokens::contains_ident;

/// Holds the uses of variables by the body and by the attribute.
pub(crate) struct Uses<'u> {
    pub(crate) body: TokenStream,
    /// The attribute uses these, so they must exist before the body.
    pub(crate) is_used_in_options: &'u dyn Fn(&Ident) -> bool,
}

impl Bindings {
    /// Moves parameters from the signature into the body. `only_pattern` is the pattern of the only parameter, which the
    /// macro has renamed; with `is_matched`, its variables are bound before the body.
    pub(crate) fn of(
        signature: &mut Signature,
        mut only_pattern: Option<&mut Pat>,
        is_matched: bool,
        uses: &Uses<'_>,
    ) -> Self {
        let mut bindings = Self::default();
        for (index, input) in signature.inputs.iter_mut().enumerate() {
            match (input, only_pattern.as_deref_mut()) {
                (FnArg::Receiver(receiver), _) => bindings.receiver(receiver),
                (FnArg::Typed(_), Some(pattern)) if is_matched => {
                    bindings.variables(pattern, false, &CarriedAttributes::default(), uses);
                }
                (FnArg::Typed(parameter), Some(pattern)) => {
                    if let Pat::Ident(PatIdent { ident, .. }) = &*parameter.pat {
                        let ident = ident.clone();
                        let attributes = CarriedAttributes::taken_from(parameter);
                        let is_reference = is_reference(&parameter.ty);
                        bindings.destructure(ident, &attributes, is_reference, pattern);
                    }
                }
                (FnArg::Typed(parameter), None) => bindings.parameter(index, parameter, uses),
            }
        }
        bindings
    }

    fn receiver(&mut self, receiver: &Receiver) {
        if is_by_value(receiver) {
            let this = Ident::new("self", receiver.self_token.span);
            self.capture(this, &CarriedAttributes::default());
        }
    }

    fn parameter(&mut self, index: usize, parameter: &mut PatType, uses: &Uses<'_>) {
        let is_reference = is_reference(&parameter.ty);
        let is_used_in_options = |variable: &Variable| (uses.is_used_in_options)(&variable.ident);
        match &mut *parameter.pat {
            Pat::Ident(PatIdent {
                by_ref: None,
                subpat: None,
                ident,
                ..
            }) if !is_ignored(ident, uses) => {
                let attributes = CarriedAttributes::of(&parameter.attrs);
                let before = self.slots.len();
                self.variables(&mut parameter.pat, is_reference, &attributes, uses);
                if self
                    .slots
                    .get(before)
                    .is_some_and(|slot| !slot.binding.is_empty())
                {
                    CarriedAttributes::taken_from(parameter);
                }
            }
            Pat::Ident(_) | Pat::Wild(_) if is_reference => {}
            // The name gets another span: clippy reports a mention of a `_name` of the user.
            Pat::Ident(PatIdent {
                by_ref: None,
                subpat: None,
                ident,
                mutability,
                ..
            }) => {
                ident.set_span(ident.span().resolved_at(Span::mixed_site()));
                *mutability = None;
                let ident = ident.clone();
                self.capture(ident, &CarriedAttributes::of(&parameter.attrs));
            }
            Pat::Wild(_) => {
                let name = parameter_name(index);
                *parameter.pat = plain(&name);
                self.capture(name, &CarriedAttributes::of(&parameter.attrs));
            }
            pattern => {
                let variables = variables(pattern);
                if variables.iter().any(is_used_in_options) {
                    let attributes = CarriedAttributes::of(&parameter.attrs);
                    self.variables(pattern, is_reference, &attributes, uses);
                    return;
                }
                // The variables of a macro in a pattern are unknown, so a pattern with one that the attribute may use stays in place.
                let tokens = pattern.to_token_stream();
                if contains_macro(tokens.clone()) && contains_ident(tokens, uses.is_used_in_options)
                {
                    return;
                }
                let is_assigned = |variable: &Variable| {
                    variable.is_mutable && is_assigned(uses.body.clone(), &variable.ident)
                };
                if is_reference && !variables.iter().any(is_assigned) {
                    return;
                }
                let name = parameter_name(index);
                let pattern = std::mem::replace(&mut *parameter.pat, plain(&name));
                let attributes = CarriedAttributes::taken_from(parameter);
                self.destructure(name, &attributes, is_reference, &pattern);
            }
        }
    }

    /// Handles the variables of a pattern that stays in place; one that is bound inside loses its `mut` there.
    fn variables(
        &mut self,
        pattern: &mut Pat,
        is_reference: bool,
        attributes: &CarriedAttributes,
        uses: &Uses<'_>,
    ) {
        let mut inside = Vec::new();
        for variable in variables(pattern) {
            let is_reference = is_reference || variable.is_reference;
            let is_mutable = variable.is_mutable;
            let ident = variable.ident;
            let is_assigned = is_mutable && is_assigned(uses.body.clone(), &ident);
            let is_bound = is_assigned || (self.binds && !is_reference);
            if is_reference && !is_bound {
                continue;
            }
            let mention = if (uses.is_used_in_options)(&ident) {
                Mention::Certain
            } else {
                mention(uses.body.clone(), &ident)
            };
            if mention == Mention::Certain && !is_bound {
                self.capture(ident, attributes);
                continue;
            }
            inside.push(ident.clone());
            let mutability = is_mutable.then(<Token![mut]>::default);
            if mention == Mention::None && !is_bound {
                self.unused(ident, attributes, mutability);
            } else {
                let binding = quote!(#mutability #ident);
                self.bind(ident, attributes, is_reference, &binding);
            }
        }
        take_mutability(pattern, &inside);
    }
}

/// Returns `true` if no lint reports the variable.
fn is_ignored(ident: &Ident, uses: &Uses<'_>) -> bool {
    ident.to_string().starts_with('_')
        && !(uses.is_used_in_options)(ident)
        && matches!(mention(uses.body.clone(), ident), Mention::None)
}

/// Returns `true` for `self` and `self: Box<Self>`.
pub(crate) fn is_by_value(receiver: &Receiver) -> bool {
    match &receiver.kind {
        ReceiverKind::Typed(_, ty) => !is_reference(ty),
        ReceiverKind::Reference(..) => false,
        _ => true,
    }
}

fn parameter_name(index: usize) -> Ident {
    format_ident!("__linked_span_{index}", span = Span::mixed_site())
}

fn plain(ident: &Ident) -> Pat {
    Pat::Ident(PatIdent {
        attrs: Vec::new(),
        by_ref: None,
        mutability: None,
        ident: ident.clone(),
        subpat: None,
    })
}
