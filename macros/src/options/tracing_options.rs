//! Options of the handler's `tracing` span, with the meaning they have in `#[tracing::instrument]`.

use proc_macro2::{Ident, Span};
use syn::parse::ParseStream;
use syn::spanned::Spanned;
use syn::{Error, Expr, ExprLit, Lit, Result};

use super::items::set_once;
use super::model::{Level, Options};
use super::row::{Row, Syntax};
use super::value::value;
use crate::function::ungrouped_expr;

/// The variants in the order of `tracing`'s numbers, from 1.
const LEVELS: [&str; 5] = ["Trace", "Debug", "Info", "Warn", "Error"];

pub(super) const TRACING_OPTIONS: [Row<Options>; 2] = [
    Row {
        name: "level",
        syntax: Syntax::Value,
        parse: |options, word, input, _| {
            set_once(&mut options.level, word, level(word, input)?)?;
            options.needs_tracing.push(word.clone());
            Ok(())
        },
    },
    Row {
        name: "target",
        syntax: Syntax::Value,
        parse: |options, word, input, _| {
            set_once(&mut options.target, word, value(word, input)?)?;
            options.needs_tracing.push(word.clone());
            Ok(())
        },
    },
];

/// Parses `= "debug"`, `= Level::DEBUG` or `= 2`.
fn level(word: &Ident, input: ParseStream) -> Result<Level> {
    const HELP: &str = "use `\"trace\"`, `\"debug\"`, `\"info\"`, `\"warn\"`, `\"error\"` or `Level::INFO` for `level`";
    let given = ungrouped_expr(value(word, input)?);
    let variant = match &given {
        Expr::Lit(ExprLit {
            lit: Lit::Str(text),
            ..
        }) => named(&text.value()),
        Expr::Lit(ExprLit {
            lit: Lit::Int(number),
            ..
        }) => {
            let number = number.base10_parse::<usize>().ok();
            let place = number.and_then(|number| number.checked_sub(1));
            place.and_then(|place| LEVELS.get(place).copied())
        }
        Expr::Path(path) => {
            let last = path.path.segments.last();
            last.and_then(|last| named(&last.ident.to_string()))
        }
        _ => None,
    };
    match variant {
        Some(variant) => Ok(Level {
            variant: Ident::new(variant, Span::call_site()),
            path: match given {
                Expr::Path(path) => Some(path),
                _ => None,
            },
        }),
        None => Err(Error::new(given.span(), HELP)),
    }
}

fn named(name: &str) -> Option<&'static str> {
    let mut levels = LEVELS.into_iter();
    levels.find(|level| level.eq_ignore_ascii_case(name))
}
