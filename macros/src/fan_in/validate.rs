//! Checks a function and its inputs before code is generated.

use proc_macro2::Ident;
use quote::{ToTokens, quote};
use syn::{Safety, Signature, Type};

use super::elided_lifetimes::first_elided;
use super::kind::{is_option, is_vec};
use super::model::FanIn;
use super::names::Names;
use super::params::{Parameters, declared};
use crate::error::Errors;
use crate::function::{Function, Shape, is_never, returned, ungrouped_type};
use crate::handler::{Handler, check_parent, check_signature, named_events};
use crate::macro_kind::MacroKind;
use crate::options::{Options, ParameterOptions};
use crate::suggestion::list_all;
use crate::tokens::contains_ident;

const MOST: usize = 12;

impl FanIn {
    pub(super) fn check(
        function: Function,
        mut options: Options,
        errors: &mut Errors,
    ) -> Option<Self> {
        let signature = &function.signature;
        check_signature(MacroKind::FanIn, signature, errors);
        check_callable_by_joins(signature, errors);
        let inputs = std::mem::take(&mut options.parameters);
        check_input_count(&function, &inputs, errors);
        let inputs = named_events(MacroKind::FanIn, &function, inputs, errors);
        let params = Parameters::check(signature, &inputs, errors)?;
        let names = Names::of(signature, options.join.as_ref(), errors)?;
        let crate_path = options
            .crate_path
            .as_ref()
            .map_or_else(|| quote!(::linked_span), ToTokens::to_token_stream);
        let is_async = signature.asyncness.is_some();
        let mut handler = Handler::new(function, options, inputs);
        handler.join = Some(names.text());
        Some(Self {
            handler,
            params,
            names,
            is_async,
            crate_path,
            has_option_errors: false,
        })
    }

    pub(super) fn check_options(&self, errors: &mut Errors) {
        check_parent(&self.handler, errors);
        self.check_input_expressions(errors);
        self.check_lists(errors);
    }

    /// Checks that the origin, the key and the identity of an input use no other parameter, because the store has only this
    /// input.
    pub(super) fn check_input_expressions(&self, errors: &mut Errors) {
        for (parameter, input) in self.handler.events.iter().zip(&self.params.inputs) {
            let expressions = [
                ("origin", &parameter.origin),
                ("key", &parameter.key),
                ("id", &parameter.id),
            ];
            for (option, expression) in expressions {
                let Some(expression) = expression else {
                    continue;
                };
                if !self.uses_only(&input.ident, expression) {
                    errors.at(
                        expression,
                        format!(
                            "use no parameter but `{}` in this `{option}`: it belongs to one input",
                            input.ident
                        ),
                    );
                }
            }
        }
    }
}

fn check_input_count(function: &Function, named: &[ParameterOptions], errors: &mut Errors) {
    let name = &function.signature.ident;
    match named {
        [] => {
            let bindings = function.bindings();
            errors.at(name, match bindings.as_slice() {
                [first, second, ..] => format!(
                    "name the inputs of `{name}`, such as `#[fan_in({first}, {second})]`: its parameters are {}",
                    list_all(&bindings)
                ),
                _ => format!("add two or more events to the parameters of `{name}`: `#[fan_in]` waits for several inputs"),
            });
        }
        [only] if only.count.is_some() || only.has_errors => {}
        [only] => check_only_input(&function.signature, only, errors),
        [.., last] if named.len() > MOST => errors.at(
            &last.ident,
            "name at most twelve inputs: join some of them first, and use the result as an input",
        ),
        _ => {}
    }
}

fn check_only_input(signature: &Signature, only: &ParameterOptions, errors: &mut Errors) {
    let (ident, declared) = (&only.ident, declared(signature, only));
    // `check_lists` reports a fan-in whose inputs are all optional.
    if declared.is_some_and(is_option) {
        return;
    }
    let list = if declared.is_some_and(is_vec) {
        format!("; for a list, write `#[fan_in({ident}(count = …, id = …))]`")
    } else {
        String::new()
    };
    errors.at(
        ident,
        format!(
            "name at least two inputs, or write `#[linked_span({ident})]` for a single event{list}"
        ),
    );
}

fn check_callable_by_joins(signature: &Signature, errors: &mut Errors) {
    if let Safety::Unsafe(unsafety) = &signature.safety {
        errors.at(
            unsafety,
            "remove `unsafe`: the generated joins call this function from safe code",
        );
    }
    if let Shape::Future { .. } = Shape::of(signature) {
        errors.at(
            returned(signature),
            "make this an `async fn`, or await the future in one: the generated joins await the function",
        );
    }
    if is_never(&returned(signature)) {
        errors.at(
            returned(signature),
            "let the function return: one that never returns never completes a join",
        );
    }
    check_generic_result(signature, errors);
    if let Some(borrow) = first_elided(signature.output.to_token_stream()) {
        errors.at(
            borrow,
            "return an owned value, or name the lifetime, `shipping: &'a Shipping` and `-> &'a …`: the result cannot borrow from an input, which the join stores",
        );
    }
}

/// Reports a return type that the caller chooses: it may be a `Result`, whose `Err` would count as a success.
fn check_generic_result(signature: &Signature, errors: &mut Errors) {
    let returned = returned(signature);
    let Type::Path(path) = ungrouped_type(&returned) else {
        return;
    };
    let is_generic = |ident: &Ident| {
        let mut parameters = signature.generics.type_params();
        parameters.any(|parameter| parameter.ident == *ident)
    };
    let first = path.path.segments.first();
    let is_chosen = match &path.qself {
        Some(qself) => contains_ident(qself.ty.to_token_stream(), &is_generic),
        None => first.is_some_and(|first| is_generic(&first.ident)),
    };
    if is_chosen {
        let written = returned.to_token_stream().to_string();
        let written = written
            .replace(" :: ", "::")
            .replace("< ", "<")
            .replace(" >", ">");
        errors.at(
            returned,
            format!("write `Result<{written}, …>`, or a type without generics: `{written}` does not show whether the function succeeded"),
        );
    }
}
