//! Words of other macros, and what to write instead.

use proc_macro2::Ident;

use super::row::Syntax;
use super::table::{is_of_fan_in_only, option};
use crate::macro_kind::MacroKind;

/// Returns what to write instead of a word of `#[tracing::instrument]`.
pub(super) fn known_from_tracing(word: &Ident) -> Option<&'static str> {
    Some(match word.to_string().as_str() {
        "fields" => {
            "attributes of the span are called so here: `attributes(order.id = %event.order_id)`"
        }
        "skip" | "skip_all" => {
            "no parameter is recorded unless an attribute says so: leave this out, and name what is to be recorded in `attributes(…)`"
        }
        "err" => {
            "an `Err` is recorded without a word: leave this out, or write `errors = type` or `errors = off` to record less"
        }
        "ret" => {
            "what is returned is not recorded: set an attribute in the body, with `linked_span::set_attribute(\"result\", value)`"
        }
        "level" => {
            "spans of OpenTelemetry have no level, and the sampler chooses which are recorded: leave this out"
        }
        "target" => "the instrumentation scope is called so here: `scope = \"event.processor\"`",
        "follows_from" => {
            "name the parameter that is the event: the span is linked to its producer"
        }
        _ => return None,
    })
}

pub(super) fn known_from_a_fan_in(kind: MacroKind, word: &Ident) -> Option<String> {
    is_of_fan_in_only(kind, &word.to_string()).then(|| {
        format!("`{word}` is an option of `#[fan_in]`, whose function runs once all its inputs have come")
    })
}

/// Returns the syntax of an option that is written without its value.
pub(super) fn takes_a_value(kind: MacroKind, word: &Ident) -> Option<String> {
    let row = option(kind, &word.to_string())?;
    let name = row.name;
    Some(match row.syntax {
        Syntax::List if name == "send" => {
            "name the destination and the system: `send(\"orders\", system = \"kafka\")`".to_owned()
        }
        Syntax::List => format!("`{name}` takes a list: `{name}(order.id = event.order_id)`"),
        Syntax::Value => format!("`{name}` takes a value: `{name} = …`"),
    })
}
