//! The inputs of a join.

use std::sync::Arc;

use crate::fan_in::core::claim::Input;
use crate::fan_in::core::state::Timestamp;

/// The bits of an input's place: a join has at most twelve inputs.
const INPUT_BITS: u32 = 4;

/// Packs the time of an arrival with the place of its input.
///
/// The place is in the lowest bits, which saves memory.
#[derive(Clone, Copy)]
pub(super) struct When(u64);

/// Holds an input that a claim may share.
pub(super) struct StoredInput<P> {
    payload: Arc<P>,
    came: When,
}

/// Holds inputs in the order of their arrival. Most joins have two.
pub(super) struct Several<P> {
    two: [Option<StoredInput<P>>; 2],
    more: Vec<StoredInput<P>>,
}

/// Holds unneeded inputs until the caller has released the lock, and then drops them.
#[expect(dead_code, reason = "they are there to be dropped")]
pub(super) enum Useless<P> {
    One(P),
    Several(Several<P>),
}

impl When {
    pub(super) fn new(input: u8, now: Timestamp) -> Self {
        Self(now.as_millis() << INPUT_BITS | u64::from(input))
    }

    pub(super) fn input(self) -> u8 {
        (self.0 % (1 << INPUT_BITS)) as u8
    }

    pub(super) fn moment(self) -> Timestamp {
        Timestamp::from_millis(self.0 >> INPUT_BITS)
    }
}

impl<P> StoredInput<P> {
    pub(super) fn new(payload: P, came: When) -> Self {
        Self {
            payload: Arc::new(payload),
            came,
        }
    }

    fn put_into(&self, inputs: &mut [Option<Input<P>>], now: Timestamp) {
        if let Some(place) = inputs.get_mut(usize::from(self.came.input())) {
            *place = Some(Input {
                payload: Arc::clone(&self.payload),
                waited: now.saturating_duration_since(self.came.moment()),
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

    /// Returns when the first input arrived.
    pub(super) fn since(&self) -> Option<Timestamp> {
        let first = self.two[0].as_ref();
        first.map(|first| first.came.moment())
    }

    /// Returns the received inputs at their places, and `None` at the others.
    pub(super) fn inputs(&self, places: u8, now: Timestamp) -> Vec<Option<Input<P>>> {
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
