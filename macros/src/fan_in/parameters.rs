//! The function's parameters: its inputs, and what else it is given.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{
    FnArg, GenericParam, Lifetime, LitStr, Pat, PatIdent, PatType, Signature, Type, TypeReference,
};

use super::names::refuse_a_method;
use crate::args::Parameter;
use crate::error::Errors;
use crate::handler::{NOT_IN_AN_IMPL, contains_ident, is_same};
use crate::output::ungrouped;

const MOST: usize = 12;

/// A parameter of the function's, in the order of its signature.
pub(super) enum Given {
    /// The input at this place of the attribute.
    Input(usize),
    Extra(Extra),
}

/// What joins wait for.
pub(super) struct Input {
    pub(super) ident: Ident,
    /// What is kept: without its reference.
    pub(super) kept: Type,
    pub(super) by_reference: bool,
}

/// What is handed on to the body.
pub(super) struct Extra {
    /// As the methods call it.
    pub(super) ident: Ident,
    pub(super) pattern: PatType,
}

pub(super) struct Parameters {
    pub(super) inputs: Vec<Input>,
    pub(super) all: Vec<Given>,
}

impl Parameters {
    /// `named` are those of the attribute, called as the signature calls them.
    pub(super) fn check(
        signature: &Signature,
        named: &[Parameter],
        errors: &mut Errors,
    ) -> Option<Self> {
        let mut inputs: Vec<Option<Input>> = named.iter().map(|_| None).collect();
        let mut all = Vec::new();
        for (index, parameter) in signature.inputs.iter().enumerate() {
            let parameter = match parameter {
                FnArg::Receiver(receiver) => {
                    errors.at(receiver, NOT_IN_AN_IMPL);
                    continue;
                }
                FnArg::Typed(parameter) => parameter,
            };
            refuse_cfg(parameter, errors);
            let is_this =
                |named: &Parameter| name(parameter).is_some_and(|name| is_same(name, &named.ident));
            if let Some(place) = named.iter().position(is_this) {
                inputs[place] = Input::check(&named[place].ident, &parameter.ty, signature, errors);
                all.push(Given::Input(place));
            } else {
                all.push(Given::Extra(Extra::check(index, parameter, errors)));
            }
        }
        for (input, named) in inputs.iter().zip(named) {
            refuse_a_method(&named.ident, errors);
            if input.is_none() && errors.is_empty() {
                errors.at(
                    &named.ident,
                    format!(
                        "an input is a whole parameter, and `{0}` is a part of one: give it a name, `{0}: Event`, and destructure it in the body",
                        named.ident
                    ),
                );
            }
        }
        let inputs = inputs.into_iter().collect::<Option<_>>()?;
        Some(Self { inputs, all })
    }

    pub(super) fn extras(&self) -> impl Iterator<Item = &Extra> {
        self.all.iter().filter_map(|given| match given {
            Given::Extra(extra) => Some(extra),
            Given::Input(_) => None,
        })
    }
}

/// At least two, and not more than a store can tell apart.
pub(super) fn refuse_a_wrong_number(
    signature: &Signature,
    named: &[Parameter],
    errors: &mut Errors,
) {
    let function = &signature.ident;
    match named {
        [] => errors.at(
            function,
            format!("which parameters of `{function}` are the inputs? Write them into the attribute: `#[fan_in(payment, inventory)]`"),
        ),
        [only] => errors.at(
            &only.ident,
            format!("a fan-in waits for two inputs or more: name the others too, or write `#[linked_span({})]`", only.ident),
        ),
        [.., last] if named.len() > MOST => errors.at(
            &last.ident,
            format!("a fan-in has {MOST} inputs at most: join some of them first, and what comes of it with the others"),
        ),
        _ => {}
    }
}

fn name(parameter: &PatType) -> Option<&Ident> {
    match &*parameter.pat {
        Pat::Ident(PatIdent {
            by_ref: None,
            subpat: None,
            ident,
            ..
        }) => Some(ident),
        _ => None,
    }
}

fn refuse_cfg(parameter: &PatType, errors: &mut Errors) {
    for attribute in &parameter.attrs {
        if attribute.path().is_ident("cfg") || attribute.path().is_ident("cfg_attr") {
            errors.at(
                attribute,
                "a parameter of a fan-in is there or is not: write the function twice, with a `cfg` on each",
            );
        }
    }
}

impl Input {
    fn check(
        ident: &Ident,
        written: &Type,
        signature: &Signature,
        errors: &mut Errors,
    ) -> Option<Self> {
        let (kept, lifetime, by_reference) = match ungrouped(written) {
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
        refuse_what_cannot_be_kept(ident, kept, by_reference, errors);
        refuse_generics(ident, kept, signature, errors);
        if let Some(lifetime) = lifetime {
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

    /// Where an error about the input's type belongs.
    pub(super) fn type_span(&self) -> Span {
        self.kept.span().resolved_at(Span::mixed_site())
    }
}

fn refuse_what_cannot_be_kept(ident: &Ident, kept: &Type, by_reference: bool, errors: &mut Errors) {
    let instead = match ungrouped(kept) {
        Type::ImplTrait(_) | Type::Infer(_) => "a type that can be named".to_owned(),
        Type::Slice(_) => format!("`{ident}: &Vec<…>`"),
        Type::TraitObject(_) => format!("`{ident}: &Box<dyn …>`"),
        Type::Path(path) if by_reference && path.path.is_ident("str") => {
            format!("`{ident}: &String`")
        }
        Type::Reference(_) => "the event itself".to_owned(),
        _ => return,
    };
    errors.at(
        kept,
        format!("an input is kept by its join, which `{ident}` cannot be: take {instead}"),
    );
}

/// A store keeps the inputs of all joins, so their types are the same for all callers.
fn refuse_generics(ident: &Ident, kept: &Type, signature: &Signature, errors: &mut Errors) {
    for parameter in &signature.generics.params {
        let (generic, instead) = match parameter {
            GenericParam::Type(parameter) => (&parameter.ident, "a concrete type"),
            GenericParam::Const(parameter) => (&parameter.ident, "a concrete length"),
            GenericParam::Lifetime(parameter) => (
                &parameter.lifetime.ident,
                "an event that owns what it consists of",
            ),
        };
        if contains_ident(kept.to_token_stream(), &|ident| ident == generic) {
            errors.at(
                kept,
                format!("an input is kept by its join, whoever it came from, so `{ident}` cannot depend on `{generic}`: take {instead}"),
            );
        }
    }
}

fn refuse_a_borrowed_result(
    ident: &Ident,
    lifetime: &Lifetime,
    signature: &Signature,
    errors: &mut Errors,
) {
    let output = &signature.output;
    if contains_ident(output.to_token_stream(), &|ident| *ident == lifetime.ident) {
        errors.at(
            output,
            format!("what is returned cannot borrow from `{ident}`, which the join keeps: return it owned"),
        );
    }
}

impl Extra {
    fn check(index: usize, parameter: &PatType, errors: &mut Errors) -> Self {
        let ident = match name(parameter) {
            Some(ident) => ident.clone(),
            None => format_ident!("__linked_span_{index}", span = Span::mixed_site()),
        };
        if has_hidden_type(&parameter.ty) {
            errors.at(
                &parameter.ty,
                "the `impl` in this type is written several times: give it a name, `fn handle<T: Trait>(…)`",
            );
        }
        Self {
            ident,
            pattern: parameter.clone(),
        }
    }

    /// As a parameter of a method.
    pub(super) fn parameter(&self) -> TokenStream {
        let (ident, ty) = (&self.ident, &self.pattern.ty);
        quote!(#ident: #ty)
    }

    /// Handed on once.
    pub(super) fn handed_on(&self) -> TokenStream {
        self.ident.to_token_stream()
    }

    /// As a parameter of a method that hands it on several times.
    pub(super) fn repeated_parameter(&self) -> TokenStream {
        let (ident, ty) = (&self.ident, &self.pattern.ty);
        let repeated =
            matches!(ungrouped(ty), Type::ImplTrait(_)).then(|| quote!(+ ::core::clone::Clone));
        quote!(#ident: #ty #repeated)
    }

    /// A bound that is asked only of who calls that method: a lifetime that means nothing keeps it from being checked
    /// before.
    pub(super) fn repeated_bound(&self) -> Option<TokenStream> {
        match ungrouped(&self.pattern.ty) {
            Type::ImplTrait(_) | Type::Reference(_) => None,
            ty => Some(quote_spanned!(ty.span()=> for<'linked_span> #ty: ::core::clone::Clone,)),
        }
    }

    /// Handed on, and kept for another time.
    pub(super) fn repeated(&self) -> TokenStream {
        let ident = &self.ident;
        match ungrouped(&self.pattern.ty) {
            Type::Reference(reference) if reference.mutability.is_some() => quote!(&mut *#ident),
            Type::Reference(_) => quote!(#ident),
            _ => quote!(::core::clone::Clone::clone(&#ident)),
        }
    }
}

/// Whether there is an `impl Trait` in it, besides itself and what it refers to.
fn has_hidden_type(ty: &Type) -> bool {
    match ungrouped(ty) {
        Type::ImplTrait(_) => false,
        Type::Reference(reference) => has_hidden_type(&reference.elem),
        ty => contains_ident(ty.to_token_stream(), &|ident| ident == "impl"),
    }
}
