//! Functions whose body is one future.

use syn::{Expr, ExprAsync, ExprCall};

use crate::function::{Function, Shape, ungrouped_expr};

/// Holds a future, and the call that boxes it.
pub(super) struct FutureBody {
    pub(super) future: ExprAsync,
    pub(super) pin: Option<ExprCall>,
}

/// Returns the future that is the whole body of a function that returns one.
pub(super) fn future_body(function: &Function) -> Option<FutureBody> {
    let Shape::Future { boxed } = Shape::of(&function.signature) else {
        return None;
    };
    match function.only_expression()? {
        Expr::Async(future) if !boxed => Some(FutureBody { future, pin: None }),
        Expr::Call(pin) if boxed && is_pin(&pin.func) && pin.args.len() == 1 => {
            match ungrouped_expr(pin.args[0].clone()) {
                Expr::Async(future) => Some(FutureBody {
                    future,
                    pin: Some(pin),
                }),
                _ => None,
            }
        }
        _ => None,
    }
}

/// Returns `true` for `Box::pin`, by any path.
fn is_pin(function: &Expr) -> bool {
    matches!(function, Expr::Path(path) if path.path.segments.last().is_some_and(|last| last.ident == "pin"))
}
