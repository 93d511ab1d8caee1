//! What the function sends.

use syn::Expr;

/// Holds the destination and the system of a message that the function sends.
pub(crate) struct SendOptions {
    pub(crate) destination: Expr,
    pub(crate) system: Expr,
    pub(crate) template: Option<Expr>,
}

impl SendOptions {
    pub(super) fn expressions(&self) -> impl Iterator<Item = &Expr> {
        let required = [&self.destination, &self.system];
        required.into_iter().chain(&self.template)
    }
}
