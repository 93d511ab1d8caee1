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

/// What a join can keep.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be kept by a join",
    label = "not `Send`, `Sync` and `'static`",
    note = "an input is kept for whoever brings the last one, on whichever thread: give it an `Arc` for an `Rc`, and a `Mutex` or an atomic for a `Cell`"
)]
pub trait StorableInput: Send + Sync + 'static {}

#[diagnostic::do_not_recommend]
impl<E: Send + Sync + 'static> StorableInput for E {}

/// An input on its way into a store.
pub fn kept<E: StorableInput>(input: E) -> E {
    input
}

/// What a run is given of an input.
pub fn cloned<E: Cloned>(input: &E) -> E {
    input.clone()
}

/// The correlation key of an input, which outlives it.
pub fn keyed<E: Keyed>(input: &E) -> String {
    input.key().into_owned()
}
