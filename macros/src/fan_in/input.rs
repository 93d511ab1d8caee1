//! What joins keep: the inputs, and of which types they can be.

use proc_macro2::{Ident, Span};
use quote::{ToTokens, format_ident};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{GenericParam, Lifetime, LitStr, ReturnType, Signature, Type, TypeReference};

use super::elided_lifetimes::elided;
use super::type_text::type_text;
use crate::error::Errors;
use crate::function::ungrouped_type;
use crate::tokens::contains_ident;

/// What joins wait for.
pub(super) struct Input {
    pub(super) ident: Ident,
    /// Without its reference.
    pub(super) kept: Type,
    pub(super) by_reference: bool,
}

impl Input {
    pub(super) fn check(
        ident: &Ident,
        written: &Type,
        signature: &Signature,
        errors: &mut Errors,
    ) -> Option<Self> {
        let (kept, lifetime, by_reference) = match ungrouped_type(written) {
            Type::Reference(TypeReference {
                mutability: Some(_),
                ..
            }) => {
                errors.at(
                    written,
                    format!("an input is kept by its join, for a body that may have to run again: take it as `{ident}: &…`, or by value"),
                );
                return None;
            }
            Type::Reference(reference) => (&*reference.elem, reference.lifetime.as_ref(), true),
            kept => (kept, None, false),
        };
        match instead(ident, kept, by_reference) {
            Some(instead) => errors.at(
                kept,
                format!("an input is kept by its join, which `{ident}` cannot be: take {instead}"),
            ),
            None => refuse_generics(ident, kept, signature, errors),
        }
        if by_reference {
            refuse_a_borrowed_result(ident, lifetime, signature, errors);
        }
        Some(Self {
            ident: ident.clone(),
            kept: kept.clone(),
            by_reference,
        })
    }

    pub(super) fn name(&self) -> LitStr {
        LitStr::new(&self.ident.unraw().to_string(), self.ident.span())
    }

    /// Its type in the user's words, without a reference: the join keeps the same whether the function borrows it.
    pub(super) fn written_type(&self) -> LitStr {
        let kept = ungrouped_type(&self.kept).to_token_stream();
        LitStr::new(&type_text(kept), self.type_span())
    }

    /// Where an error about the input's type belongs.
    pub(super) fn type_span(&self) -> Span {
        self.kept.span().resolved_at(Span::mixed_site())
    }
}

/// What to take in place of a type that cannot be kept.
fn instead(ident: &Ident, kept: &Type, by_reference: bool) -> Option<String> {
    let owned = "an event that owns what it consists of";
    Some(match ungrouped_type(kept) {
        Type::Slice(_) => format!("`{ident}: &Vec<…>`"),
        Type::TraitObject(_) => format!("`{ident}: &Box<dyn …>`"),
        Type::Path(path) if by_reference && path.path.is_ident("str") => {
            format!("`{ident}: &String`")
        }
        Type::Infer(_) => "a type that can be named".to_owned(),
        kept if contains_ident(kept.to_token_stream(), &|ident| ident == "impl") => {
            "a type that can be named".to_owned()
        }
        kept if elided(kept.to_token_stream()).is_some() => owned.to_owned(),
        _ => return None,
    })
}

/// A store keeps the inputs of all joins, so their types are the same for all callers.
fn refuse_generics(ident: &Ident, kept: &Type, signature: &Signature, errors: &mut Errors) {
    for parameter in &signature.generics.params {
        let (generic, name, instead) = match parameter {
            GenericParam::Type(parameter) => {
                let name = &parameter.ident;
                (name, name.to_string(), "a concrete type")
            }
            GenericParam::Const(parameter) => {
                let name = &parameter.ident;
                (name, name.to_string(), "a concrete length")
            }
            GenericParam::Lifetime(parameter) => {
                let name = &parameter.lifetime;
                let instead = "an event that owns what it consists of";
                (&name.ident, name.to_string(), instead)
            }
        };
        if contains_ident(kept.to_token_stream(), &|ident| ident == generic) {
            errors.at(
                kept,
                format!("an input is kept by its join, whoever it came from, so `{ident}` cannot depend on `{name}`: take {instead}"),
            );
        }
    }
}

fn refuse_a_borrowed_result(
    ident: &Ident,
    lifetime: Option<&Lifetime>,
    signature: &Signature,
    errors: &mut Errors,
) {
    let ReturnType::Type(_, output) = &signature.output else {
        return;
    };
    let speaks_of = |word: &Ident| contains_ident(output.to_token_stream(), &|ident| ident == word);
    if lifetime.is_some_and(|lifetime| speaks_of(&lifetime.ident)) {
        errors.at(
            output,
            format!("what is returned cannot borrow from `{ident}`, which the join keeps: return it owned"),
        );
    } else if speaks_of(&format_ident!("impl")) && !speaks_of(&format_ident!("use")) {
        errors.at(
            output,
            format!("what is returned may borrow from `{ident}`, which the join keeps: say that it does not, `impl … + use<>`, or take `{ident}` by value"),
        );
    }
}
