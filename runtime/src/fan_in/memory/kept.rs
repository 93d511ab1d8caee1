//! The inputs of a join.

use std::sync::Arc;

use crate::fan_in::state::Moment;
use crate::fan_in::store::Input;

/// As many as a set of inputs can be told apart by.
const INPUT_BITS: u32 = 4;

/// An input that has come.
pub(super) struct Kept<P> {
    payload: Arc<P>,
    /// When it came, and in the lowest bits which it is: together they take no more room than either.
    came: u64,
}

/// Inputs in the order in which they came: most joins are of two.
pub(super) struct Several<P> {
    two: [Option<Kept<P>>; 2],
    more: Vec<Kept<P>>,
}

/// Inputs that nobody needs any longer, to be dropped when the lock is no longer held.
pub(super) struct Useless<P>(#[expect(dead_code, reason = "it is there to be dropped")] Several<P>);

impl<P> Kept<P> {
    pub(super) fn new(payload: P, input: u8, came_at: Moment) -> Self {
        Self {
            payload: Arc::new(payload),
            came: came_at << INPUT_BITS | u64::from(input),
        }
    }

    pub(super) fn input(&self) -> u8 {
        (self.came % (1 << INPUT_BITS)) as u8
    }

    pub(super) fn came_at(&self) -> Moment {
        self.came >> INPUT_BITS
    }

    pub(super) fn put_into(&self, inputs: &mut [Option<Input<P>>], now: Moment) {
        if let Some(place) = inputs.get_mut(usize::from(self.input())) {
            *place = Some(Input {
                payload: Arc::clone(&self.payload),
                waited: now.saturating_sub(self.came_at()),
            });
        }
    }
}

impl<P> Several<P> {
    pub(super) fn push(&mut self, kept: Kept<P>) {
        match &mut self.two[1] {
            second @ None => *second = Some(kept),
            Some(_) => self.more.push(kept),
        }
    }

    pub(super) fn first(&self) -> Option<&Kept<P>> {
        self.two[0].as_ref()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Kept<P>> {
        self.two.iter().flatten().chain(&self.more)
    }
}

impl<P> From<Kept<P>> for Several<P> {
    fn from(first: Kept<P>) -> Self {
        Self {
            two: [Some(first), None],
            more: Vec::new(),
        }
    }
}

impl<P> From<Several<P>> for Useless<P> {
    fn from(several: Several<P>) -> Self {
        Self(several)
    }
}
