//! Claims whose inputs have no type yet.

use std::sync::Arc;

use super::stored_input::StoredInput;
use crate::fan_in::core::claim::{Claim, Due, Input, Work};
use crate::fan_in::core::state::{Counts, Timestamp, Token};

/// Gets a claim and its inputs, in the order of the declaration, under the lock of their shard.
pub(super) type Take<'a> = &'a mut dyn FnMut(Claimed, &[&StoredInput]);

/// Holds what the store has claimed, without the inputs.
#[derive(Clone, Copy)]
pub(super) struct Claimed {
    pub(super) work: Work,
    pub(super) attempts: u32,
    pub(super) counts: Counts,
    pub(super) now: Timestamp,
}

/// Holds a claim on a join that was due.
pub(super) struct StoredDue {
    pub(super) key: String,
    pub(super) token: Token,
    pub(super) claimed: Claimed,
    pub(super) inputs: Vec<StoredInput>,
}

impl Claimed {
    /// Makes a claim of these inputs, which are in the order of the declaration.
    pub(super) fn with<P: Send + Sync + 'static>(self, inputs: &[&StoredInput]) -> Claim<P> {
        // A loop: each function compiles this, and iterators are five times as much code.
        let mut typed = Vec::with_capacity(inputs.len());
        for input in inputs {
            if let Ok(payload) = Arc::clone(&input.payload).downcast() {
                typed.push(Input {
                    place: input.place,
                    payload,
                    waited: self.now.saturating_duration_since(input.came_at),
                });
            }
        }
        Claim::sorted(self.work, self.attempts, typed).with_counts(self.counts)
    }
}

impl StoredDue {
    pub(super) fn typed<P: Send + Sync + 'static>(self) -> Due<P> {
        Due {
            claim: self.claimed.with(&self.inputs()),
            token: self.token,
            key: self.key,
        }
    }

    fn inputs(&self) -> Vec<&StoredInput> {
        self.inputs.iter().collect()
    }
}
