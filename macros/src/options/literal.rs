//! Literals in options.

use syn::{Expr, ExprLit, Lit, LitStr, UnOp};

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

/// Returns the number, if the expression is an integer literal; the nearest number that fits.
pub(crate) fn integer_literal(value: &Expr) -> Option<i128> {
    match ungrouped_expr(value.clone()) {
        Expr::Lit(ExprLit {
            lit: Lit::Int(number),
            ..
        }) => Some(number.base10_parse().unwrap_or(i128::MAX)),
        Expr::Unary(unary) if matches!(unary.op, UnOp::Neg(_)) => {
            integer_literal(&unary.expr).map(i128::saturating_neg)
        }
        _ => None,
    }
}
