//! The function's parameters: its inputs, and what else it is given.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Attribute, FnArg, Lifetime, Pat, PatIdent, PatType, Signature, Type};

use super::kept::Input;
use super::lifetimes::name_each;
use super::names::refuse_a_method;
use crate::args::Parameter;
use crate::error::{Errors, list};
use crate::handler::{Handler, NOT_IN_AN_IMPL, contains_ident, is_same};
use crate::output::ungrouped;

const MOST: usize = 12;

/// A parameter of the function's, in the order of its signature.
pub(super) enum Given {
    /// The input at this place of the attribute.
    Input(usize),
    Extra(Extra),
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
            if let Some(place) = named.iter().position(|named| is_whole(parameter, named)) {
                inputs[place] = Input::check(&named[place].ident, &parameter.ty, signature, errors);
                all.push(Given::Input(place));
            } else {
                all.push(Given::Extra(Extra::check(index, parameter, errors)));
            }
        }
        for named in named {
            refuse_a_method(&named.ident, errors);
            refuse_a_part(signature, named, errors);
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
pub(super) fn refuse_a_wrong_number(handler: &Handler, named: &[Parameter], errors: &mut Errors) {
    let function = &handler.signature.ident;
    match named {
        [] => {
            let bindings = handler.bindings();
            errors.at(function, match bindings.as_slice() {
                [first, second, ..] => format!(
                    "which of {} are the inputs of `{function}`? Write them into the attribute: `#[fan_in({first}, {second})]`",
                    list(&bindings).replace(" or ", " and ")
                ),
                _ => format!("`#[fan_in]` goes on a function that is given several events, and `{function}` is not"),
            });
        }
        [only] => errors.at(
            &only.ident,
            format!("a fan-in waits for two inputs or more: name the others too, or write `#[linked_span({})]`", only.ident),
        ),
        [.., last] if named.len() > MOST => errors.at(
            &last.ident,
            "a fan-in has twelve inputs at most: join some of them first, and what comes of it with the others",
        ),
        _ => {}
    }
}

fn is_whole(parameter: &PatType, named: &Parameter) -> bool {
    name(parameter).is_some_and(|name| is_same(name, &named.ident))
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

fn refuse_a_part(signature: &Signature, named: &Parameter, errors: &mut Errors) {
    let is_whole = |parameter: &FnArg| match parameter {
        FnArg::Receiver(_) => named.ident == "self",
        FnArg::Typed(parameter) => is_whole(parameter, named),
    };
    if !signature.inputs.iter().any(is_whole) {
        errors.at(
            &named.ident,
            format!("an input is a whole parameter, and `{0}` is a part of one: give it a name, `{0}: Event`, and destructure it in the body", named.ident),
        );
    }
}

/// All methods have the same parameters.
fn refuse_cfg(parameter: &PatType, errors: &mut Errors) {
    for attribute in &parameter.attrs {
        if is_condition(attribute) {
            errors.at(
                attribute,
                "the joins of a fan-in have the same parameters in every configuration: write the function twice, with a `cfg` on each",
            );
        }
    }
}

pub(super) fn is_condition(attribute: &Attribute) -> bool {
    let is_cfg = |ident: &Ident| ident == "cfg";
    contains_ident(attribute.meta.to_token_stream(), &is_cfg)
}

impl Extra {
    fn check(index: usize, parameter: &PatType, errors: &mut Errors) -> Self {
        let ident = match name(parameter) {
            Some(ident) => handed_on_name(ident),
            None => format_ident!("__linked_span_{index}", span = Span::mixed_site()),
        };
        if has_hidden_type(&parameter.ty) {
            errors.at(
                &parameter.ty,
                "a sweep hands this on several times, and cannot name its type: give the `impl` a name, `fn handle<T: Trait>(…)`",
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

    /// To the body.
    pub(super) fn handed_on(&self) -> TokenStream {
        self.ident.to_token_stream()
    }

    /// With a name for each lifetime of what is to be cloned.
    pub(super) fn with_names(&self, names: &mut Vec<Lifetime>) -> Self {
        let (ident, mut pattern) = (self.ident.clone(), self.pattern.clone());
        if self.repeated_bound().is_some() {
            name_each(&mut pattern.ty, names);
        }
        Self { ident, pattern }
    }

    /// As a parameter of a method that hands it on several times.
    pub(super) fn repeated_parameter(&self) -> TokenStream {
        let (ident, ty) = (&self.ident, &self.pattern.ty);
        let repeated = matches!(ungrouped(ty), Type::ImplTrait(_))
            .then(|| quote_spanned!(ty.span()=> + ::core::clone::Clone));
        quote!(#ident: #ty #repeated)
    }

    /// A bound that is asked only of who calls that method: a lifetime that means nothing keeps it from being checked
    /// before.
    pub(super) fn repeated_bound(&self) -> Option<TokenStream> {
        match ungrouped(&self.pattern.ty) {
            Type::ImplTrait(_) | Type::Reference(_) => None,
            ty => {
                let span = ty.span().resolved_at(Span::mixed_site());
                Some(quote_spanned!(span=> for<'linked_span> #ty: ::core::clone::Clone))
            }
        }
    }

    /// What is handed on, while the parameter is kept for another time.
    pub(super) fn repeated(&self) -> Option<TokenStream> {
        let ident = &self.ident;
        match ungrouped(&self.pattern.ty) {
            Type::Reference(reference) if reference.mutability.is_none() => None,
            Type::Reference(_) => Some(quote!(let #ident = &mut *#ident;)),
            _ => Some(quote!(let #ident = ::core::clone::Clone::clone(&#ident);)),
        }
    }
}

/// The methods use a parameter that the function may not: of a `_name` of the user's, clippy would say so. A name with two
/// underscores is not linted, and may be one of ours.
fn handed_on_name(ident: &Ident) -> Ident {
    let mut name = ident.clone();
    let text = ident.to_string();
    if text.starts_with('_') && !text.starts_with("__") {
        name.set_span(ident.span().resolved_at(Span::mixed_site()));
    }
    name
}

/// Whether there is an `impl Trait` in it that has to be cloned and cannot be named.
fn has_hidden_type(ty: &Type) -> bool {
    match ungrouped(ty) {
        Type::ImplTrait(_) | Type::Reference(_) => false,
        ty => contains_ident(ty.to_token_stream(), &|ident| ident == "impl"),
    }
}
