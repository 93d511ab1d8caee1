//! String literals in options.

use syn::{Expr, ExprLit, Lit, LitStr};

use crate::function::ungrouped_expr;

/// Returns the string, if the expression is a string literal.
pub(crate) fn text_literal(value: &Expr) -> Option<LitStr> {
    match ungrouped_expr(value.clone()) {
        Expr::Lit(ExprLit {
            lit: Lit::Str(text),
            ..
        }) => Some(text),
        _ => None,
    }
}
