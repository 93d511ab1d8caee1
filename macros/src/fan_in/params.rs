//! The parameters of the function.

use proc_macro2::Ident;
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::{Attribute, FnArg, PatType, Signature, Type};

use super::extra_param::ExtraParam;
use super::input::Input;
use super::names::METHODS;
use crate::error::Errors;
use crate::function::{NOT_IN_AN_IMPL, plain_name};
use crate::options::ParameterOptions;
use crate::tokens::{contains_ident, is_same_name};

/// Represents a parameter, in the order of the signature.
pub(super) enum FnParam {
    /// The input at this place in the attribute.
    Input(usize),
    Extra(ExtraParam),
}

pub(super) struct Parameters {
    pub(super) inputs: Vec<Input>,
    pub(super) all: Vec<FnParam>,
}

impl Parameters {
    /// Checks the parameters. `named` has the attribute's parameters, with the identifiers of the signature.
    pub(super) fn check(
        signature: &Signature,
        named: &[ParameterOptions],
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
            check_cfg(parameter, errors);
            if let Some(place) = named.iter().position(|named| is_whole(parameter, named)) {
                inputs[place] = Input::check(&named[place], &parameter.ty, signature, errors);
                all.push(FnParam::Input(place));
            } else {
                all.push(FnParam::Extra(ExtraParam::check(index, parameter, errors)));
            }
        }
        for named in named {
            check_method_name(&named.ident, errors);
            check_whole_parameter(signature, named, errors);
        }
        let inputs = inputs.into_iter().collect::<Option<Vec<_>>>()?;
        check_variants(&inputs, errors);
        Some(Self { inputs, all })
    }

    pub(super) fn extras(&self) -> impl Iterator<Item = &ExtraParam> {
        self.all.iter().filter_map(|given| match given {
            FnParam::Extra(extra) => Some(extra),
            FnParam::Input(_) => None,
        })
    }
}

/// Returns the type of an input in the signature.
pub(super) fn declared<'s>(signature: &'s Signature, named: &ParameterOptions) -> Option<&'s Type> {
    signature
        .inputs
        .iter()
        .find_map(|parameter| match parameter {
            FnArg::Typed(parameter) if is_whole(parameter, named) => Some(&*parameter.ty),
            _ => None,
        })
}

fn is_whole(parameter: &PatType, named: &ParameterOptions) -> bool {
    plain_name(&parameter.pat).is_some_and(|name| is_same_name(name, &named.ident))
}

fn check_whole_parameter(signature: &Signature, named: &ParameterOptions, errors: &mut Errors) {
    let is_whole = |parameter: &FnArg| match parameter {
        FnArg::Receiver(_) => named.ident == "self",
        FnArg::Typed(parameter) => is_whole(parameter, named),
    };
    if !signature.inputs.iter().any(is_whole) {
        errors.at(
            &named.ident,
            format!("take a whole parameter, `{0}: Event`, and destructure it in the body: `{0}` is part of a pattern", named.ident),
        );
    }
}

fn check_cfg(parameter: &PatType, errors: &mut Errors) {
    for attribute in &parameter.attrs {
        if is_condition(attribute) {
            errors.at(
                attribute,
                "write the function twice, with a `cfg` on each: the generated joins need the same parameters in every configuration",
            );
        }
    }
}

pub(super) fn is_condition(attribute: &Attribute) -> bool {
    let is_cfg = |ident: &Ident| ident == "cfg";
    contains_ident(attribute.meta.to_token_stream(), &is_cfg)
}

/// Reports two inputs with one variant, because all inputs are the variants of one enum.
fn check_variants(inputs: &[Input], errors: &mut Errors) {
    for (place, input) in inputs.iter().enumerate() {
        let is_same = |other: &&Input| other.variant == input.variant;
        let Some(other) = inputs[..place].iter().find(is_same) else {
            continue;
        };
        errors.at(
            &input.ident,
            format!(
                "rename `{}` or `{}`: both would be the variant `{}` of the enum of inputs",
                other.ident, input.ident, input.variant
            ),
        );
    }
}

fn check_method_name(input: &Ident, errors: &mut Errors) {
    let name = input.unraw().to_string();
    if METHODS.contains(&name.as_str()) {
        errors.at(
            input,
            format!("rename the parameter: every join has a method called `{name}`"),
        );
    }
}
