//! Groups around expressions and types that change nothing.

use syn::{Expr, Type};

/// Returns the expression without the invisible group around what a `macro_rules!` was given.
pub(crate) fn ungrouped_expr(expression: Expr) -> Expr {
    match expression {
        Expr::Group(group) => ungrouped_expr(*group.expr),
        other => other,
    }
}

/// Without the invisible group around what a `macro_rules!` was given, and without parentheses.
pub(crate) fn ungrouped_type(mut grouped: &Type) -> &Type {
    loop {
        grouped = match grouped {
            Type::Group(group) => &group.elem,
            Type::Paren(paren) => &paren.elem,
            other => return other,
        }
    }
}

pub(crate) fn is_reference(ty: &Type) -> bool {
    matches!(ungrouped_type(ty), Type::Reference(_))
}
