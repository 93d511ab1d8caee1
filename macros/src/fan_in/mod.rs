//! The expansion of `#[fan_in]`.

mod capturing;
mod docs;
mod due;
mod inputs;
mod joins;
mod kept;
mod lifetimes;
mod names;
mod parameters;
mod pieces;
mod spans;
mod written;

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{Safety, Signature};

use self::lifetimes::elided;
use self::names::Names;
use self::parameters::{Parameters, refuse_a_wrong_number};
use crate::args::Args;
use crate::error::Errors;
use crate::handler::Handler;
use crate::linked_span::{Expansion, beside, refuse_what_no_span_fits};
use crate::output::{Shape, is_never, returned};
use crate::parameters::named_events;
use crate::which::Which;

pub(crate) fn expand(args: TokenStream, item: &TokenStream) -> TokenStream {
    let which = Which::FanIn;
    let handler = match Handler::parse(which, item.clone()) {
        Ok(handler) => handler,
        Err(error) => return beside(&error.into_compile_error(), item),
    };
    let mut errors = Errors::default();
    let args = Args::parse(which, args, &handler.bindings(), &mut errors);
    let mut mistakes = Errors::default();
    let fan_in = FanIn::check(handler, args, &mut mistakes).map(|fan_in| {
        fan_in.refuse_wrong_options(&mut errors);
        let is_in_doubt = !errors.is_empty();
        FanIn {
            is_in_doubt,
            ..fan_in
        }
    });
    // A wrong option costs nobody the joins.
    let joins = match &fan_in {
        Some(fan_in) if mistakes.is_empty() => fan_in.joins(),
        _ => TokenStream::new(),
    };
    errors.append(mistakes);
    let function = match fan_in {
        Some(fan_in) if errors.is_empty() => fan_in.function.into_tokens(),
        _ => beside(&errors.into_compile_errors(), item),
    };
    quote!(#function #joins)
}

/// A function and its inputs, checked.
struct FanIn {
    function: Expansion,
    parameters: Parameters,
    names: Names,
    is_async: bool,
    /// The path of the crate.
    crate_path: TokenStream,
    /// Something is wrong with the options, so nothing is generated that depends on one.
    is_in_doubt: bool,
}

impl FanIn {
    fn check(handler: Handler, mut args: Args, errors: &mut Errors) -> Option<Self> {
        let signature = &handler.signature;
        refuse_what_no_span_fits(Which::FanIn, signature, errors);
        refuse_what_no_join_can_call(signature, errors);
        let inputs = std::mem::take(&mut args.parameters);
        refuse_a_wrong_number(&handler, &inputs, errors);
        let inputs = named_events(Which::FanIn, &handler, inputs, errors);
        let parameters = Parameters::check(signature, &inputs, errors)?;
        let names = Names::of(signature, args.join.as_ref(), errors)?;
        let crate_path = args
            .runtime
            .as_ref()
            .map_or_else(|| quote!(::linked_span), ToTokens::to_token_stream);
        let is_async = signature.asyncness.is_some();
        let mut function = Expansion::of(handler, args, inputs);
        function.join = Some(names.text());
        Some(Self {
            function,
            parameters,
            names,
            is_async,
            crate_path,
            is_in_doubt: false,
        })
    }

    fn refuse_wrong_options(&self, errors: &mut Errors) {
        self.function.refuse_several_producers_as_parent(errors);
        self.refuse_options_of_others(errors);
    }

    /// What is declared beside the function.
    fn joins(&self) -> TokenStream {
        let items = [
            self.join_type(),
            self.in_memory(),
            self.join_methods(),
            self.inputs_type(),
            self.due_type(),
            self.payload(),
        ];
        quote!(#(#items)*)
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
    if let Some(borrow) = elided(signature.output.to_token_stream()) {
        errors.at(
            borrow,
            "what is returned cannot borrow from an input, which the join keeps, and does not say from what else: return it owned, or name the lifetime, `shipping: &'a Shipping` and `-> &'a …`",
        );
    }
}
