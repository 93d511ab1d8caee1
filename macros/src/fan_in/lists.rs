//! The counts of lists, and the identities of their elements.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::Expr;
use syn::spanned::Spanned;

use super::common::index_literal;
use super::input::Input;
use super::kind::Kind;
use super::model::FanIn;
use crate::error::Errors;
use crate::function::uses_variable;
use crate::options::{ParameterOptions, integer_literal};
use crate::tokens::is_same_name;

/// The runtime's `JoinPolicy::max_elements`, which users cannot change.
const MAX_ELEMENTS: i128 = 10_000;

impl FanIn {
    /// Returns the inputs of this kind, as the runtime's set.
    pub(super) fn set_of(&self, kind: Kind) -> TokenStream {
        let module = self.module();
        let places = self.params.inputs.iter().enumerate();
        let places = places.filter(|(_, input)| input.kind == kind);
        let places = places.map(|(place, _)| index_literal(place));
        quote!(#module::Inputs::none()#(.with(#places))*)
    }

    /// Checks that each `count` speaks of no parameter but one single input, and that an input is required.
    pub(super) fn check_lists(&self, errors: &mut Errors) {
        for (parameter, input) in self.handler.events.iter().zip(&self.params.inputs) {
            let Some(count) = &parameter.count else {
                continue;
            };
            self.check_count(count, input, errors);
            self.check_number(count, errors);
        }
        let mut inputs = self.params.inputs.iter();
        if inputs.all(|input| input.kind == Kind::Optional) {
            if let Some(first) = self.params.inputs.first() {
                errors.at(
                    &first.ident,
                    format!("take one input without `Option`, such as `{}`: a join of optional inputs never begins", first.ident),
                );
            }
        }
    }

    fn check_count(&self, count: &Expr, list: &Input, errors: &mut Errors) {
        let inputs = self.counted_by(count);
        let bindings = self.handler.function.bindings();
        let mut extras = bindings.iter().filter(|binding| {
            let is_input = |input: &Input| is_same_name(&input.ident, binding);
            !self.params.inputs.iter().any(is_input)
        });
        if let Some(extra) = extras.find(|extra| uses_variable(count.to_token_stream(), extra)) {
            errors.at(
                count,
                format!(
                    "use no parameter but a single input in this `count`: `{extra}` is not stored"
                ),
            );
        }
        match inputs.as_slice() {
            [] => {}
            [only] if only.kind == Kind::Single => {}
            [only] => errors.at(
                count,
                format!(
                    "use a single input in the `count` of `{}`: `{}` {}",
                    list.ident,
                    only.ident,
                    match only.kind {
                        Kind::List => "is a list, and has no fixed length before it is full",
                        _ => "is optional, and may never come",
                    }
                ),
            ),
            _ => errors.at(
                count,
                format!(
                    "use one input in the `count` of `{}`: it is evaluated when that input arrives",
                    list.ident
                ),
            ),
        }
    }

    /// Checks a `count` that is a literal, with which an arrival would reject every input.
    fn check_number(&self, count: &Expr, errors: &mut Errors) {
        let is_alone = self.params.inputs.len() == 1;
        match integer_literal(count) {
            Some(0) if is_alone => errors.at(
                count,
                "write a `count` of at least 1: a list alone needs at least one element",
            ),
            Some(number) if !(0..=MAX_ELEMENTS).contains(&number) => errors.at(
                count,
                format!("write a `count` from 0 to {MAX_ELEMENTS}: a list takes no other number of elements"),
            ),
            _ => {}
        }
    }

    /// Returns the inputs that an expression uses.
    fn counted_by(&self, count: &Expr) -> Vec<&Input> {
        let inputs = self.params.inputs.iter();
        let uses = |input: &&Input| uses_variable(count.to_token_stream(), &input.ident);
        inputs.filter(uses).collect()
    }

    /// Returns the calls that add the identity and the counts of an input.
    pub(super) fn id_and_counts(&self, parameter: &ParameterOptions, input: &Input) -> TokenStream {
        if self.has_option_errors {
            return TokenStream::new();
        }
        let id = parameter.id.as_ref().map(|id| {
            let id = self.text_of(id, id.span(), "element_id", input);
            quote!(.id(#id))
        });
        let lists = self.handler.events.iter().enumerate();
        let counts = lists.filter_map(|(place, list)| {
            let count = list.count.as_ref()?;
            let by = self.counted_by(count);
            // A count without an input is given by each of them, because any may be the first.
            let is_given = by.is_empty() || by.iter().any(|by| by.ident == input.ident);
            let place = index_literal(place);
            is_given.then(|| {
                let count = as_the_function_sees(input, count);
                quote!(.count(#place, #count))
            })
        });
        quote!(#id #(#counts)*)
    }
}

/// Returns an expression over the input as the function takes it.
fn as_the_function_sees(input: &Input, expression: &Expr) -> TokenStream {
    let ident = &input.ident;
    if input.by_reference {
        quote!({ let #ident = &#ident; let _ = #ident; #expression })
    } else {
        expression.to_token_stream()
    }
}
