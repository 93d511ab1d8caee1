//! Strips groups that do not change an expression or a type.

use syn::{Expr, Type};

/// Strips the invisible group around an argument of a `macro_rules!`.
pub(crate) fn ungrouped_expr(expression: Expr) -> Expr {
    match expression {
        Expr::Group(group) => ungrouped_expr(*group.expr),
        other => other,
    }
}

/// Strips parentheses, and the invisible group around an argument of a `macro_rules!`.
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
