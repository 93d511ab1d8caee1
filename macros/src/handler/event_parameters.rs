//! Finds the parameters of a handler that are its events.

use proc_macro2::Ident;
use syn::Pat;
use syn::ext::IdentExt;

use crate::error::Errors;
use crate::function::Function;
use crate::macro_kind::MacroKind;
use crate::options::{ParameterOptions, option_names};
use crate::suggestion::{list, nearest};
use crate::tokens::is_same_name;

/// Returns the parameter called `event` or `events`, or the only one, with its pattern if it has no name.
pub(crate) fn default_event(
    function: &mut Function,
    errors: &mut Errors,
) -> Option<(Ident, Option<Pat>)> {
    let bindings = function.bindings();
    if let Some(event) = bindings
        .iter()
        .find(|binding| ["event", "events"].contains(&&*binding.unraw().to_string()))
    {
        return Some((event.clone(), None));
    }
    if let Some(only) = function.only_parameter() {
        return Some(only);
    }
    let name = &function.signature.ident;
    if let Some(test) = function.test_attribute() {
        errors.at(
            test,
            "put `#[linked_span]` on the handler that the test calls: a test receives no event",
        );
        return None;
    }
    let candidates: Vec<String> = bindings
        .iter()
        .filter(|binding| *binding != "self")
        .map(|binding| format!("#[linked_span({binding})]"))
        .collect();
    if candidates.is_empty() {
        let has_patterns = function.signature.inputs.len() > usize::from(!bindings.is_empty());
        errors.at(
            name,
            if has_patterns {
                format!("give the event parameter of `{name}` a name, and write `#[linked_span(its_name)]`")
            } else {
                format!("add a parameter for the event to `{name}`: `#[linked_span]` goes on a function that receives one")
            },
        );
    } else {
        errors.at(
            name,
            format!(
                "write {}: `{name}` has several parameters, and one of them is the event",
                list(&candidates)
            ),
        );
    }
    None
}

/// Returns the parameters that the attribute names, with the identifiers of the signature, whose hygiene counts.
pub(crate) fn named_events(
    kind: MacroKind,
    function: &Function,
    named: Vec<ParameterOptions>,
    errors: &mut Errors,
) -> Vec<ParameterOptions> {
    let bindings = function.bindings();
    let mut events: Vec<ParameterOptions> = Vec::new();
    for parameter in named {
        let is_this = |ident: &Ident| is_same_name(ident, &parameter.ident);
        if let Some(binding) = bindings.iter().find(|binding| is_this(binding)) {
            // `options::parse` has reported a parameter that is named twice.
            if !events.iter().any(|event| is_this(&event.ident)) {
                events.push(ParameterOptions {
                    ident: binding.clone(),
                    ..parameter
                });
            }
        } else {
            let wrong = &parameter.ident;
            errors.at(wrong, missing_parameter(kind, function, &bindings, wrong));
            if bindings.is_empty() {
                break;
            }
        }
    }
    events
}

fn missing_parameter(
    kind: MacroKind,
    function: &Function,
    bindings: &[Ident],
    wrong: &Ident,
) -> String {
    let name = &function.signature.ident;
    if bindings.is_empty() {
        return format!(
            "add {} to the parameters of `{name}`: it has none",
            kind.events()
        );
    }
    let names: Vec<String> = bindings.iter().map(ToString::to_string).collect();
    let written = wrong.to_string();
    if let Some(near) = nearest(&written, names.iter().map(String::as_str)) {
        format!("did you mean `{near}`? `{name}` has no parameter `{wrong}`")
    } else if let Some(near) = nearest(&written, option_names(kind)) {
        format!("did you mean `{near}`? there is no parameter or option `{wrong}`")
    } else {
        format!("use {}: `{name}` has no parameter `{wrong}`", list(&names))
    }
}
