//! What the function sends.

use syn::Expr;

/// Holds the destination and the system of a message that the function sends.
pub(crate) struct SendOptions {
    pub(crate) destination: Option<Expr>,
    pub(crate) system: Expr,
    pub(crate) template: Option<Expr>,
}

impl SendOptions {
    pub(super) fn expressions(&self) -> impl Iterator<Item = &Expr> {
        let optional = self.destination.iter().chain(&self.template);
        optional.chain(std::iter::once(&self.system))
    }
}
