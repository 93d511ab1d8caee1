//! The function's parameters: its inputs, and what else it is given.

use proc_macro2::Ident;
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::{Attribute, FnArg, PatType, Signature};

use super::extra_param::ExtraParam;
use super::input::Input;
use super::names::METHODS;
use crate::error::Errors;
use crate::function::{NOT_IN_AN_IMPL, plain_name};
use crate::options::ParameterOptions;
use crate::tokens::{contains_ident, is_same};

/// A parameter of the function's, in the order of its signature.
pub(super) enum FnParam {
    /// The input at this place of the attribute.
    Input(usize),
    Extra(ExtraParam),
}

pub(super) struct Parameters {
    pub(super) inputs: Vec<Input>,
    pub(super) all: Vec<FnParam>,
}

impl Parameters {
    /// `named` are those of the attribute, called as the signature calls them.
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
            refuse_cfg(parameter, errors);
            if let Some(place) = named.iter().position(|named| is_whole(parameter, named)) {
                inputs[place] = Input::check(&named[place].ident, &parameter.ty, signature, errors);
                all.push(FnParam::Input(place));
            } else {
                all.push(FnParam::Extra(ExtraParam::check(index, parameter, errors)));
            }
        }
        for named in named {
            refuse_a_method(&named.ident, errors);
            refuse_a_part(signature, named, errors);
        }
        let inputs = inputs.into_iter().collect::<Option<_>>()?;
        Some(Self { inputs, all })
    }

    pub(super) fn extras(&self) -> impl Iterator<Item = &ExtraParam> {
        self.all.iter().filter_map(|given| match given {
            FnParam::Extra(extra) => Some(extra),
            FnParam::Input(_) => None,
        })
    }
}

fn is_whole(parameter: &PatType, named: &ParameterOptions) -> bool {
    plain_name(&parameter.pat).is_some_and(|name| is_same(name, &named.ident))
}

fn refuse_a_part(signature: &Signature, named: &ParameterOptions, errors: &mut Errors) {
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

fn refuse_a_method(input: &Ident, errors: &mut Errors) {
    let name = input.unraw().to_string();
    if METHODS.contains(&name.as_str()) {
        errors.at(
            input,
            format!("an input cannot be called `{name}`, as a method of every join is: rename the parameter"),
        );
    }
}
