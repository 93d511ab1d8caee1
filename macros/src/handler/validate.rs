//! Checks a handler and its options before code is generated.

use syn::Signature;

use super::event_parameters::{default_event, named_events};
use super::model::Handler;
use crate::error::Errors;
use crate::function::{Function, is_stream, returned};
use crate::macro_kind::MacroKind;
use crate::options::{Options, ParameterOptions};

/// Returns the handler. If there are errors, no code may be generated from it.
pub(super) fn validate(
    mut function: Function,
    mut options: Options,
    errors: &mut Errors,
) -> Option<Handler> {
    let kind = MacroKind::LinkedSpan;
    check_signature(kind, &function.signature, errors);
    let mut pattern = None;
    let events = if options.parameters.is_empty() && options.send.is_some() {
        Vec::new()
    } else if options.parameters.is_empty() {
        let (event, renamed) = default_event(&mut function, errors)?;
        pattern = renamed;
        vec![ParameterOptions::new(event)]
    } else {
        let named = std::mem::take(&mut options.parameters);
        named_events(kind, &function, named, errors)
    };
    let handler = Handler {
        pattern,
        ..Handler::new(function, options, events)
    };
    check_parent(&handler, errors);
    Some(handler)
}

pub(crate) fn check_parent(handler: &Handler, errors: &mut Errors) {
    let of_event = handler.options.parent.as_ref();
    let of_event = of_event.filter(|parent| *parent == "event");
    if let (Some(parent), [_, _, ..]) = (of_event, handler.events.as_slice()) {
        errors.at(
            parent,
            "remove `parent = event`: several events have several producers, and a span has one parent; the span links to each event",
        );
    }
}

pub(crate) fn check_signature(kind: MacroKind, signature: &Signature, errors: &mut Errors) {
    if let Some(constness) = &signature.constness {
        errors.at(
            constness,
            "remove `const`, or put the attribute on a caller: no span can start at compile time",
        );
    }
    if is_stream(signature) {
        errors.at(
            returned(signature),
            format!("put `{}` on the function that handles an item: the span would end before the stream yields one", kind.attribute()),
        );
    }
}
