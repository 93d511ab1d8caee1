//! Words of other macros, with their replacements.

use proc_macro2::Ident;

use super::row::Syntax;
use super::table::{is_fan_in_only, option};
use crate::macro_kind::MacroKind;
use crate::suggestion::list_all;

/// Returns what to write instead of a word that belongs elsewhere: to another attribute, or to the generated type.
pub(super) fn moved_word(kind: MacroKind, word: &Ident) -> Option<String> {
    let help = word_of_tracing(word).map(str::to_owned);
    let help = help.or_else(|| word_of_fan_in(kind, word));
    help.or_else(|| word_of_joins(kind, word).map(str::to_owned))
}

/// Returns the replacement for a word of `#[tracing::instrument]`.
fn word_of_tracing(word: &Ident) -> Option<&'static str> {
    Some(match word.to_string().as_str() {
        "fields" => {
            "use `attributes(…)` instead of `fields(…)`: `attributes(order.id = %event.order_id)`"
        }
        "skip" | "skip_all" => {
            "remove this: no parameter is recorded unless `attributes(…)` names it"
        }
        "err" => {
            "remove `err`: errors are recorded by default; `errors = type` or `errors = off` records less"
        }
        "ret" => "use `linked_span::set_attribute(\"result\", value)` in the body instead of `ret`",
        "follows_from" => {
            "name the event parameter instead of `follows_from`: the span links to its producer"
        }
        _ => return None,
    })
}

pub(super) fn word_of_fan_in(kind: MacroKind, word: &Ident) -> Option<String> {
    let is_of_fan_in = is_fan_in_only(kind, &word.to_string());
    is_of_fan_in.then(|| only_of_fan_in(std::slice::from_ref(word)))
}

/// Returns what to do with options that only `#[fan_in]` has.
pub(super) fn only_of_fan_in(words: &[Ident]) -> String {
    let these = if words.len() == 1 {
        "this option"
    } else {
        "these options"
    };
    let words = list_all(words);
    format!("remove {words}, or use `#[fan_in]`, which has {these} and waits for several inputs")
}

/// Returns the replacement for a word that the generated type has.
fn word_of_joins(kind: MacroKind, word: &Ident) -> Option<&'static str> {
    if kind != MacroKind::FanIn {
        return None;
    }
    Some(match word.to_string().as_str() {
        "timeout" => {
            "pass the timeout to the generated type: `in_memory(timeout)`, or `new(store, JoinOptions::timeout(timeout))`"
        }
        "on_expired" => {
            "call `on_expired` on the generated type: `in_memory(timeout).on_expired(|expired| …)`"
        }
        _ => return None,
    })
}

/// Returns the replacement for a word that the type of an input expresses.
pub(super) fn word_of_types(kind: MacroKind, word: &Ident, input: &Ident) -> Option<String> {
    let is_optional = kind == MacroKind::FanIn && (word == "optional" || word == "option");
    is_optional.then(|| {
        format!("remove `{word}`, and take `{input}: Option<…>`: the type makes an input optional")
    })
}

/// Returns the syntax of an option that is written without its value.
pub(super) fn option_without_value(kind: MacroKind, word: &Ident) -> Option<String> {
    let row = option(kind, &word.to_string())?;
    let name = row.name;
    Some(match row.syntax {
        Syntax::List { example } => format!("write a list: `{name}({example})`"),
        Syntax::Value => format!("write a value: `{name} = …`"),
    })
}
