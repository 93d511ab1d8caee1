//! The expansion of `#[linked_span]`.

mod body;
mod callsite;
mod collect;
mod event_parameters;
mod expansion;
mod future_body;
mod model;
mod outcome;
mod reading;
mod report;
mod type_hint;
mod validate;

use proc_macro2::TokenStream;

pub(crate) use self::event_parameters::named_events;
pub(crate) use self::model::Handler;
pub(crate) use self::report::report_beside;
pub(crate) use self::validate::{check_parent, check_signature};
use crate::error::Errors;
use crate::macro_kind::MacroKind;
use crate::{function, options};

pub(crate) fn expand(args: TokenStream, item: &TokenStream) -> TokenStream {
    let kind = MacroKind::LinkedSpan;
    let function = match function::parse(kind, item.clone()) {
        Ok(function) => function,
        Err(error) => return report_beside(kind, &error.into_compile_error(), item),
    };
    let mut errors = Errors::default();
    let options = options::parse(kind, args, &function.bindings(), &mut errors);
    match validate::validate(function, options, &mut errors) {
        Some(handler) if errors.is_empty() => handler.into_tokens(),
        _ => report_beside(kind, &errors.into_compile_errors(), item),
    }
}
