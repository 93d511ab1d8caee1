//! The expansion of `#[fan_in]`.

mod common;
mod elided_lifetimes;
mod extra_param;
mod gen_docs;
mod gen_due;
mod gen_expired;
mod gen_input_enum;
mod gen_inputs;
mod gen_join;
mod gen_sweep;
mod input;
mod kind;
mod lists;
mod model;
mod names;
mod params;
mod precise_capture;
mod type_text;
mod validate;

use proc_macro2::TokenStream;
use quote::quote;

use self::model::FanIn;
use crate::error::Errors;
use crate::handler::report_beside;
use crate::macro_kind::MacroKind;
use crate::{function, options};

pub(crate) fn expand(args: TokenStream, item: &TokenStream) -> TokenStream {
    let kind = MacroKind::FanIn;
    let function = match function::parse(kind, item.clone()) {
        Ok(function) => function,
        Err(error) => return report_beside(kind, &error.into_compile_error(), item),
    };
    let mut errors = Errors::default();
    let options = options::parse(kind, args, &function.bindings(), &mut errors);
    let mut mistakes = Errors::default();
    let fan_in = FanIn::check(function, options, &mut mistakes).map(|fan_in| {
        fan_in.check_options(&mut errors);
        let has_option_errors = !errors.is_empty();
        FanIn {
            has_option_errors,
            ..fan_in
        }
    });
    // Without the joins, each use of them would be another error, so an error in an option does not stop their
    // generation.
    let joins = match &fan_in {
        Some(fan_in) if mistakes.is_empty() => generate(fan_in),
        _ => TokenStream::new(),
    };
    errors.append(mistakes);
    let function = match fan_in {
        Some(fan_in) if errors.is_empty() => fan_in.handler.into_tokens(),
        _ => report_beside(kind, &errors.into_compile_errors(), item),
    };
    quote!(#function #joins)
}

/// Returns the items beside the function, each with the lints that the function allows.
fn generate(fan_in: &FanIn) -> TokenStream {
    let lints = fan_in.lints();
    let items = [
        fan_in.join_type(),
        fan_in.in_memory(),
        fan_in.join_methods(),
        fan_in.inputs_type(),
        fan_in.inputs_methods(),
        fan_in.due_type(),
        fan_in.due_methods(),
        fan_in.input_enum(),
        fan_in.input_methods(),
    ];
    let (aliases, traits) = (fan_in.input_aliases(), fan_in.input_traits());
    quote!(#(#lints #items)* #(#lints #aliases)* #traits)
}
