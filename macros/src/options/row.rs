//! One row of a table of options.

use proc_macro2::Ident;
use syn::Result;
use syn::parse::ParseStream;

use crate::error::Errors;

/// Holds the name, the syntax and the parser of an option of a `T`.
pub(super) struct Row<T> {
    pub(super) name: &'static str,
    pub(super) syntax: Syntax,
    /// Parses what follows the name.
    pub(super) parse: fn(&mut T, &Ident, ParseStream, &mut Errors) -> Result<()>,
}

/// Describes the tokens after the name of an option.
#[derive(Clone, Copy)]
pub(super) enum Syntax {
    /// `name = …`
    Value,
    /// `name(…)`, such as `name(example)`. If a parameter has the same name, this is the option.
    List { example: &'static str },
}
