//! A function and its inputs, checked.

use proc_macro2::{Ident, TokenStream};
use quote::ToTokens;
use syn::Expr;

use super::names::Names;
use super::params::Parameters;
use crate::function::names_the_variable;
use crate::handler::Handler;
use crate::tokens::is_same;

/// A function and its inputs, checked.
pub(super) struct FanIn {
    pub(super) handler: Handler,
    pub(super) params: Parameters,
    pub(super) names: Names,
    pub(super) is_async: bool,
    /// The path of the crate.
    pub(super) crate_path: TokenStream,
    /// Something is wrong with the options, so nothing is generated that depends on one.
    pub(super) is_in_doubt: bool,
}

impl FanIn {
    /// Whether an expression needs none of the function's parameters but this one.
    pub(super) fn speaks_only_of(&self, input: &Ident, expression: &Expr) -> bool {
        let bindings = self.handler.function.bindings();
        let mut others = bindings.iter().filter(|binding| !is_same(binding, input));
        !others.any(|other| names_the_variable(expression.to_token_stream(), other))
    }
}
