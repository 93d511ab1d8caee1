//! The inputs of a join.

use std::sync::Arc;

use crate::fan_in::core::claim::Input;
use crate::fan_in::core::state::Moment;

/// As many as a set of inputs can be told apart by.
const INPUT_BITS: u32 = 4;

/// When an input came, and in the lowest bits which it is: together they take no more room than either.
#[derive(Clone, Copy)]
pub(super) struct When(u64);

/// An input that has come, and that a claim may share.
pub(super) struct StoredInput<P> {
    payload: Arc<P>,
    came: When,
}

/// Inputs in the order in which they came: most joins are of two.
pub(super) struct Several<P> {
    two: [Option<StoredInput<P>>; 2],
    more: Vec<StoredInput<P>>,
}

/// Inputs that nobody needs any longer, to be dropped when the lock is no longer held.
#[expect(dead_code, reason = "they are there to be dropped")]
pub(super) enum Useless<P> {
    One(P),
    Several(Several<P>),
}

impl When {
    pub(super) fn new(input: u8, now: Moment) -> Self {
        Self(now << INPUT_BITS | u64::from(input))
    }

    pub(super) fn input(self) -> u8 {
        (self.0 % (1 << INPUT_BITS)) as u8
    }

    pub(super) fn moment(self) -> Moment {
        self.0 >> INPUT_BITS
    }
}

impl<P> StoredInput<P> {
    pub(super) fn new(payload: P, came: When) -> Self {
        Self {
            payload: Arc::new(payload),
            came,
        }
    }

    fn put_into(&self, inputs: &mut [Option<Input<P>>], now: Moment) {
        if let Some(place) = inputs.get_mut(usize::from(self.came.input())) {
            *place = Some(Input {
                payload: Arc::clone(&self.payload),
                waited: now.saturating_sub(self.came.moment()),
            });
        }
    }
}

impl<P> Several<P> {
    pub(super) fn new(first: StoredInput<P>) -> Self {
        Self {
            two: [Some(first), None],
            more: Vec::new(),
        }
    }

    pub(super) fn push(&mut self, kept: StoredInput<P>) {
        match &mut self.two[1] {
            second @ None => *second = Some(kept),
            Some(_) => self.more.push(kept),
        }
    }

    /// When the first came.
    pub(super) fn since(&self) -> Option<Moment> {
        let first = self.two[0].as_ref();
        first.map(|first| first.came.moment())
    }

    /// So many places, and at their places what has come.
    pub(super) fn inputs(&self, places: u8, now: Moment) -> Vec<Option<Input<P>>> {
        let mut inputs = Vec::new();
        inputs.resize_with(usize::from(places), || None);
        for kept in self.two.iter().flatten() {
            kept.put_into(&mut inputs, now);
        }
        for kept in &self.more {
            kept.put_into(&mut inputs, now);
        }
        inputs
    }
}
