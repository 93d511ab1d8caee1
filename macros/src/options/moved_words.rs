//! Words of other macros, with their replacements.

use proc_macro2::Ident;

use super::row::Syntax;
use super::table::{is_fan_in_only, option};
use crate::macro_kind::MacroKind;

/// Returns the replacement for a word of `#[tracing::instrument]`.
pub(super) fn word_of_tracing(word: &Ident) -> Option<&'static str> {
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
    is_fan_in_only(kind, &word.to_string()).then(|| {
        format!("remove `{word}`, or use `#[fan_in]`, which has this option and waits for several inputs")
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
