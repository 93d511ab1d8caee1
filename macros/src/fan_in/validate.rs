//! Checks a function and its inputs before code is generated.

use proc_macro2::Ident;
use quote::{ToTokens, quote};
use syn::{Safety, Signature, Type};

use super::elided_lifetimes::elided;
use super::model::FanIn;
use super::names::Names;
use super::params::Parameters;
use crate::error::Errors;
use crate::function::{Function, Shape, is_never, returned, ungrouped_type};
use crate::handler::{
    Handler, named_events, refuse_several_producers_as_parent, refuse_what_no_span_fits,
};
use crate::macro_kind::MacroKind;
use crate::options::{Options, ParameterOptions};
use crate::suggestion::list;
use crate::tokens::contains_ident;

const MOST: usize = 12;

impl FanIn {
    pub(super) fn check(
        function: Function,
        mut options: Options,
        errors: &mut Errors,
    ) -> Option<Self> {
        let signature = &function.signature;
        refuse_what_no_span_fits(MacroKind::FanIn, signature, errors);
        refuse_what_no_join_can_call(signature, errors);
        let inputs = std::mem::take(&mut options.parameters);
        refuse_a_wrong_number(&function, &inputs, errors);
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
            is_in_doubt: false,
        })
    }

    pub(super) fn refuse_wrong_options(&self, errors: &mut Errors) {
        refuse_several_producers_as_parent(&self.handler, errors);
        self.refuse_options_of_others(errors);
    }

    /// An input's origin is read from what was kept, whoever came with the other inputs.
    pub(super) fn refuse_options_of_others(&self, errors: &mut Errors) {
        for (parameter, input) in self.handler.events.iter().zip(&self.params.inputs) {
            let expressions = [("origin", &parameter.origin), ("key", &parameter.key)];
            for (option, expression) in expressions {
                let Some(expression) = expression else {
                    continue;
                };
                if !self.speaks_only_of(&input.ident, expression) {
                    errors.at(
                        expression,
                        format!("the `{option}` of an input is its own: it can speak of `{}` and of no other parameter", input.ident),
                    );
                }
            }
        }
    }
}

/// At least two, and not more than a store can tell apart.
fn refuse_a_wrong_number(function: &Function, named: &[ParameterOptions], errors: &mut Errors) {
    let name = &function.signature.ident;
    match named {
        [] => {
            let bindings = function.bindings();
            errors.at(name, match bindings.as_slice() {
                [first, second, ..] => format!(
                    "which of {} are the inputs of `{name}`? Write them into the attribute: `#[fan_in({first}, {second})]`",
                    list(&bindings).replace(" or ", " and ")
                ),
                _ => format!("`#[fan_in]` goes on a function that is given several events, and `{name}` is not"),
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

fn refuse_what_no_join_can_call(signature: &Signature, errors: &mut Errors) {
    if let Safety::Unsafe(unsafety) = &signature.safety {
        errors.at(
            unsafety,
            "its joins call this function, and cannot promise what an `unsafe fn` asks for: make it safe",
        );
    }
    if let Shape::Future { .. } = Shape::of(signature) {
        errors.at(
            returned(signature),
            "its joins await this function: make it an `async fn`, or await the future in one",
        );
    }
    if is_never(&returned(signature)) {
        errors.at(
            returned(signature),
            "a function that never returns never completes a join: let it return",
        );
    }
    refuse_a_generic_result(signature, errors);
    if let Some(borrow) = elided(signature.output.to_token_stream()) {
        errors.at(
            borrow,
            "what is returned cannot borrow from an input, which the join keeps, and does not say from what else: return it owned, or name the lifetime, `shipping: &'a Shipping` and `-> &'a …`",
        );
    }
}

/// A type that the caller chooses may be a `Result`, whose `Err` would be acknowledged as a success.
fn refuse_a_generic_result(signature: &Signature, errors: &mut Errors) {
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
            format!("write `Result<{written}, …>`, or a type without generics: whether the function succeeded cannot be told from `{written}`"),
        );
    }
}
