//! A join's number in a list.

/// The number of a join that is in no list.
pub(super) const APART: u32 = u32::MAX;

/// Selects the number that a list uses: a failed join is in two lists at once.
#[derive(Clone, Copy)]
pub(super) enum Lane {
    Due,
    Retry,
}
