//! Claims whose inputs have no type yet.

use std::sync::Arc;

use super::stored_input::StoredInput;
use crate::fan_in::core::claim::{Claim, Due, Input, Work};
use crate::fan_in::core::state::{Counts, Timestamp, Token};

/// Gets a claim under the lock of its shard, and keeps what it needs of it.
pub(super) type Take<'a> = &'a mut dyn FnMut(Claimed<'_>);

/// Borrows what the store has claimed.
pub(super) struct Claimed<'a> {
    pub(super) work: Work,
    pub(super) attempts: u32,
    pub(super) counts: Counts,
    /// The inputs in the order of the declaration.
    pub(super) inputs: &'a [&'a StoredInput],
    pub(super) now: Timestamp,
}

/// Holds a claim on a join that was due.
pub(super) struct StoredDue {
    key: String,
    token: Token,
    work: Work,
    attempts: u32,
    counts: Counts,
    inputs: Vec<StoredInput>,
    now: Timestamp,
}

impl Claimed<'_> {
    pub(super) fn typed<P: Send + Sync + 'static>(self) -> Claim<P> {
        // A loop: each function compiles this, and iterators are five times as much code.
        let mut inputs = Vec::with_capacity(self.inputs.len());
        for input in self.inputs {
            if let Ok(payload) = Arc::clone(&input.payload).downcast() {
                inputs.push(Input {
                    place: input.place,
                    payload,
                    waited: self.now.saturating_duration_since(input.came_at),
                });
            }
        }
        Claim::sorted(self.work, self.attempts, inputs).with_counts(self.counts)
    }

    pub(super) fn stored(self, key: &str, token: Token) -> StoredDue {
        StoredDue {
            key: key.to_owned(),
            token,
            work: self.work,
            attempts: self.attempts,
            counts: self.counts,
            inputs: self.inputs.iter().copied().cloned().collect(),
            now: self.now,
        }
    }
}

impl StoredDue {
    pub(super) fn typed<P: Send + Sync + 'static>(self) -> Due<P> {
        let inputs = self.inputs();
        let claimed = Claimed {
            work: self.work,
            attempts: self.attempts,
            counts: self.counts,
            inputs: &inputs,
            now: self.now,
        };
        Due {
            claim: claimed.typed(),
            token: self.token,
            key: self.key,
        }
    }

    fn inputs(&self) -> Vec<&StoredInput> {
        self.inputs.iter().collect()
    }
}
