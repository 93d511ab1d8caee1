//! Which parameters of a handler are its events.

use proc_macro2::Ident;
use syn::Pat;
use syn::ext::IdentExt;

use crate::error::Errors;
use crate::function::Function;
use crate::macro_kind::MacroKind;
use crate::options::{ParameterOptions, option_names};
use crate::suggestion::{did_you_mean, list};
use crate::tokens::is_same;

/// Without a word from the user: what is called `event` or `events`, else the only parameter.
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
            "a test is given no event: put `#[linked_span]` on the handler that it calls",
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
                format!("no parameter of `{name}` has a name: give one to the event, and write `#[linked_span(its_name)]`")
            } else {
                format!("`{name}` has no parameter that could be the event: `#[linked_span]` goes on a function that is given one")
            },
        );
    } else {
        errors.at(
            name,
            format!(
                "which parameter of `{name}` is the event? Write {}",
                list(&candidates)
            ),
        );
    }
    None
}

/// The parameters that the attribute names, called as the signature calls them, whose hygiene counts.
pub(crate) fn named_events(
    kind: MacroKind,
    function: &Function,
    named: Vec<ParameterOptions>,
    errors: &mut Errors,
) -> Vec<ParameterOptions> {
    let bindings = function.bindings();
    let mut events: Vec<ParameterOptions> = Vec::new();
    for parameter in named {
        let is_this = |ident: &Ident| is_same(ident, &parameter.ident);
        if let Some(binding) = bindings.iter().find(|binding| is_this(binding)) {
            // That it is named twice has been said.
            if !events.iter().any(|event| is_this(&event.ident)) {
                events.push(ParameterOptions {
                    ident: binding.clone(),
                    ..parameter
                });
            }
        } else {
            let wrong = &parameter.ident;
            errors.at(wrong, no_such_parameter(kind, function, &bindings, wrong));
            if bindings.is_empty() {
                break;
            }
        }
    }
    events
}

fn no_such_parameter(
    kind: MacroKind,
    function: &Function,
    bindings: &[Ident],
    wrong: &Ident,
) -> String {
    let name = &function.signature.ident;
    let names: Vec<String> = bindings.iter().map(ToString::to_string).collect();
    let near = did_you_mean(&wrong.to_string(), names.iter().map(String::as_str));
    let near_option = did_you_mean(&wrong.to_string(), option_names(kind));
    if names.is_empty() {
        format!("`{name}` has no parameters: give it {}", kind.events())
    } else if !near.is_empty() {
        format!("`{name}` has no parameter called `{wrong}`{near}")
    } else if !near_option.is_empty() {
        format!("there is neither a parameter nor an option called `{wrong}`{near_option}")
    } else {
        format!(
            "`{name}` has no parameter called `{wrong}`; it has {}",
            list(&names).replace(" or ", " and ")
        )
    }
}
