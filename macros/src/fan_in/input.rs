//! The inputs, which joins store.

use proc_macro2::{Ident, Span};
use quote::{ToTokens, format_ident};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{GenericParam, Lifetime, LitStr, ReturnType, Signature, Type, TypeReference};

use super::elided_lifetimes::first_elided;
use super::kind::Kind;
use super::names::upper_camel_case;
use super::type_text::type_text;
use crate::error::Errors;
use crate::function::ungrouped_type;
use crate::options::{Adapter, ParameterOptions};
use crate::tokens::contains_ident;

pub(super) struct Input {
    pub(super) ident: Ident,
    /// The variant of the enum of inputs: `Payment`.
    pub(super) variant: Ident,
    /// The type that arrives: of a list an element, and always without a reference.
    pub(super) ty: Type,
    pub(super) by_reference: bool,
    pub(super) kind: Kind,
}

impl Input {
    pub(super) fn check(
        named: &ParameterOptions,
        declared: &Type,
        signature: &Signature,
        errors: &mut Errors,
    ) -> Option<Self> {
        let ident = &named.ident;
        let (kind, declared) = Kind::of(named, declared, errors)?;
        let (ty, lifetime, by_reference) = match ungrouped_type(declared) {
            Type::Reference(TypeReference {
                mutability: Some(_),
                ..
            }) => {
                errors.at(
                    declared,
                    format!("take `{ident}: &…`, or take it by value: the join stores the input, and may run the body again"),
                );
                return None;
            }
            Type::Reference(reference) if kind == Kind::Single => {
                (&*reference.elem, reference.lifetime.as_ref(), true)
            }
            ty => (ty, None, false),
        };
        let owned = owned(named);
        match instead(ident, ty, by_reference, owned) {
            Some(instead) => errors.at(
                ty,
                format!("take {instead}: the join stores its inputs, and cannot store this type"),
            ),
            None => check_generics(ident, ty, owned, signature, errors),
        }
        if by_reference {
            check_borrowed_result(ident, lifetime, signature, errors);
        }
        Some(Self {
            ident: ident.clone(),
            variant: variant(ident, errors)?,
            ty: ty.clone(),
            by_reference,
            kind,
        })
    }

    pub(super) fn name(&self) -> LitStr {
        LitStr::new(&self.ident.unraw().to_string(), self.ident.span())
    }

    /// Returns the text of the type; a store compares it to detect a changed input.
    pub(super) fn written_type(&self) -> LitStr {
        let ty = ungrouped_type(&self.ty).to_token_stream();
        LitStr::new(&type_text(ty), self.type_span())
    }

    /// Returns where an error about the type belongs.
    pub(super) fn type_span(&self) -> Span {
        self.ty.span().resolved_at(Span::mixed_site())
    }
}

/// Returns the variant that is named after an input.
fn variant(ident: &Ident, errors: &mut Errors) -> Option<Ident> {
    let name = upper_camel_case(&ident.unraw().to_string());
    if syn::parse_str::<Ident>(&name).is_ok() {
        return Some(Ident::new(&name, ident.span()));
    }
    errors.at(
        ident,
        format!("rename `{ident}`: no variant of an enum can be called after it"),
    );
    None
}

/// Returns what to take instead of a type that borrows.
fn owned(named: &ParameterOptions) -> &'static str {
    let adapter = named.message.adapter.as_ref();
    adapter.map_or("an owned type", Adapter::owned)
}

/// Returns the type to write instead of one that a join cannot store.
fn instead(ident: &Ident, ty: &Type, by_reference: bool, owned: &str) -> Option<String> {
    Some(match ungrouped_type(ty) {
        Type::Slice(_) => format!("`{ident}: &Vec<…>`"),
        Type::TraitObject(_) => format!("`{ident}: &Box<dyn …>`"),
        Type::Path(path) if by_reference && path.path.is_ident("str") => {
            format!("`{ident}: &String`")
        }
        Type::Infer(_) => "a type that can be named".to_owned(),
        ty if contains_ident(ty.to_token_stream(), &|ident| ident == "impl") => {
            "a type that can be named".to_owned()
        }
        ty if first_elided(ty.to_token_stream()).is_some() => owned.to_owned(),
        _ => return None,
    })
}

/// Reports an input whose type depends on the caller, because a store holds the inputs of all callers.
fn check_generics(
    ident: &Ident,
    ty: &Type,
    owned: &'static str,
    signature: &Signature,
    errors: &mut Errors,
) {
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
                (&name.ident, name.to_string(), owned)
            }
        };
        if contains_ident(ty.to_token_stream(), &|ident| ident == generic) {
            errors.at(
                ty,
                format!("take {instead} for `{ident}`: the join stores the inputs of all callers, so their type cannot depend on `{name}`"),
            );
        }
    }
}

fn check_borrowed_result(
    ident: &Ident,
    lifetime: Option<&Lifetime>,
    signature: &Signature,
    errors: &mut Errors,
) {
    let ReturnType::Type(_, output) = &signature.output else {
        return;
    };
    let mentions = |word: &Ident| contains_ident(output.to_token_stream(), &|ident| ident == word);
    if lifetime.is_some_and(|lifetime| mentions(&lifetime.ident)) {
        errors.at(
            output,
            format!("return an owned value: the result cannot borrow from `{ident}`, which the join stores"),
        );
    } else if mentions(&format_ident!("impl")) && !mentions(&format_ident!("use")) {
        errors.at(
            output,
            format!("write `impl … + use<>`, or take `{ident}` by value: the result could borrow from `{ident}`, which the join stores"),
        );
    }
}
