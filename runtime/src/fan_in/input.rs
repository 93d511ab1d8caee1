//! Bounds on the types of inputs, with their compile errors.

use crate::Keyed;

/// Marks an input that the function takes by value.
#[diagnostic::on_unimplemented(
    message = "the input `{Self}` is taken by value, and does not implement `Clone`",
    label = "each run gets a clone, because a failed run is repeated",
    note = "derive `Clone` for it, or take it by reference"
)]
pub trait Cloned: Clone {}

#[diagnostic::do_not_recommend]
impl<E: Clone> Cloned for E {}

/// Marks an input that a store can keep.
#[diagnostic::on_unimplemented(
    message = "the input `{Self}` cannot be stored in a join",
    label = "expected a type that is `Send`, `Sync` and `'static`",
    note = "another thread may run the function: use an `Arc` instead of an `Rc`, and a `Mutex` or an atomic instead of a `Cell`"
)]
pub trait StorableInput: Send + Sync + 'static {}

#[diagnostic::do_not_recommend]
impl<E: Send + Sync + 'static> StorableInput for E {}

/// Checks that an input can be stored.
pub fn kept<E: StorableInput>(input: E) -> E {
    input
}

/// Clones an input for a run.
pub fn cloned<E: Cloned>(input: &E) -> E {
    input.clone()
}

/// Returns the elements of a list that the function takes.
pub fn cloned_list<'i, E: Cloned + 'i>(elements: impl IntoIterator<Item = &'i E>) -> Vec<E> {
    elements.into_iter().map(cloned).collect()
}

/// Copies the correlation key of an input.
pub fn keyed<E: Keyed>(input: &E) -> String {
    input.key().into_owned()
}

/// Marks a batch that has a key.
#[diagnostic::on_unimplemented(
    message = "the batch `{Self}` has no correlation key",
    note = "if its elements arrive one by one, write `input(count = EXPR, id = EXPR)` in `#[fan_in]`, which makes it a list",
    note = "if it arrives as a whole, write its key in `#[fan_in]`: `input(key = EXPR)`"
)]
pub trait KeyedBatch: Keyed {}

#[diagnostic::do_not_recommend]
impl<B: Keyed> KeyedBatch for B {}

/// Returns the key of a batch, which is one input.
pub fn keyed_batch<B: KeyedBatch>(batch: &B) -> String {
    batch.key().into_owned()
}
