//! Claims whose inputs have no type yet.

use super::stored_input::StoredInput;
use crate::fan_in::core::claim::{Claim, Due, Input, Work};
use crate::fan_in::core::state::{Counts, Timestamp, Token};

/// Holds what the store has claimed, without the inputs.
pub(super) struct Claimed {
    pub(super) work: Work,
    pub(super) attempts: u32,
    pub(super) counts: Counts,
}

/// Holds a claim on a join that was due.
pub(super) struct StoredDue {
    pub(super) key: String,
    pub(super) token: Token,
    pub(super) claimed: Claimed,
    pub(super) inputs: Vec<StoredInput>,
    pub(super) now: Timestamp,
}

impl Claimed {
    /// Makes a claim of these inputs, which are in the order of the declaration.
    pub(super) fn with<P>(self, inputs: Vec<Input<P>>) -> Claim<P> {
        Claim::sorted(self.work, self.attempts, inputs).with_counts(self.counts)
    }
}

impl StoredDue {
    pub(super) fn typed<P: Send + Sync + 'static>(self) -> Due<P> {
        // A loop: each function compiles this, and iterators are five times as much code.
        let mut inputs = Vec::with_capacity(self.inputs.len());
        for input in &self.inputs {
            input.add_to(&mut inputs, self.now);
        }
        Due {
            key: self.key,
            token: self.token,
            claim: self.claimed.with(inputs),
        }
    }
}
