//! A fan-in: a function, its inputs, and the generated names.

use proc_macro2::{Ident, TokenStream};
use quote::ToTokens;
use syn::Expr;

use super::names::Names;
use super::params::Parameters;
use crate::function::uses_variable;
use crate::handler::Handler;
use crate::tokens::is_same_name;

pub(super) struct FanIn {
    pub(super) handler: Handler,
    pub(super) params: Parameters,
    pub(super) names: Names,
    pub(super) is_async: bool,
    /// The path of `linked_span`.
    pub(super) crate_path: TokenStream,
    /// `true` if options have errors, so the expansion uses none of them.
    pub(super) has_option_errors: bool,
}

impl FanIn {
    /// Returns `true` if an expression uses no parameter but this one.
    pub(super) fn uses_only(&self, input: &Ident, expression: &Expr) -> bool {
        let bindings = self.handler.function.bindings();
        let mut others = bindings
            .iter()
            .filter(|binding| !is_same_name(binding, input));
        !others.any(|other| uses_variable(expression.to_token_stream(), other))
    }
}
