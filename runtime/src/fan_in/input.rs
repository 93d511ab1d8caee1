//! What is asked of the types of inputs.

use crate::Keyed;

/// An input that the function takes by value.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is an input by value, and not `Clone`",
    label = "each run is given a clone, since one that fails is followed by another",
    note = "derive `Clone` for it, or take it by reference, which needs none"
)]
pub trait Cloned: Clone {}

#[diagnostic::do_not_recommend]
impl<E: Clone> Cloned for E {}

/// What a run is given of an input.
pub fn cloned<E: Cloned>(input: &E) -> E {
    input.clone()
}

/// The correlation key of an input, which outlives it.
pub fn keyed<E: Keyed>(input: &E) -> String {
    input.key().into_owned()
}
