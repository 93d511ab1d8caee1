//! The representation of a join in memory.

use std::time::Duration;

use super::claim::{Claimed, Take};
use super::key::JoinId;
use super::schedule::Schedule;
use super::stored_input::StoredInput;
use super::stored_inputs::StoredInputs;
use super::stored_state::StoredState;
use crate::fan_in::core::arriving_input::ArrivingInput;
use crate::fan_in::core::claim::Work;
use crate::fan_in::core::listing::ListSummary;
use crate::fan_in::core::state::{JoinPolicy, Reply, State, Tallies, Timestamp};

/// A join in a shard's table.
pub(super) struct Join {
    pub(super) key: Box<str>,
    /// The number of the join, which no other join of its shard ever has.
    pub(super) number: u64,
    state: StoredState,
    /// `None` if the join has ended. A store remembers many of those, so they take no room for inputs.
    inputs: Option<Box<StoredInputs>>,
}

impl Join {
    /// Makes a join that has these inputs.
    #[inline]
    pub(super) fn new(key: &str, number: u64, state: &State, inputs: StoredInputs) -> Self {
        Self {
            key: key.into(),
            number,
            state: (*state).into(),
            inputs: Some(Box::new(inputs)),
        }
    }

    /// Returns `true` if the join has neither completed nor expired.
    pub(super) fn is_live(&self) -> bool {
        self.inputs.is_some()
    }

    /// Returns what finds the join by the hash of its key.
    pub(super) fn id(&self, hash: u64) -> JoinId {
        let number = self.number;
        JoinId { number, hash }
    }

    pub(super) fn state(&self) -> State {
        let inputs = self.inputs.as_ref();
        self.state
            .with(inputs.map_or_else(Tallies::default, |inputs| inputs.tallies()))
    }

    pub(super) fn schedule(&self, policy: &JoinPolicy) -> Schedule {
        Schedule::of(&self.state(), policy)
    }

    /// Returns `true` if the join misses an input that is not optional.
    pub(super) fn is_open(&self, policy: &JoinPolicy) -> bool {
        matches!(self.schedule(policy), Schedule::Open(_))
    }

    /// Sets the state. Returns the inputs if the join ends by it.
    pub(super) fn set(&mut self, state: &State) -> Option<Box<StoredInputs>> {
        self.state = (*state).into();
        match state {
            State::Completed { .. } | State::Expired { .. } => self.inputs.take(),
            _ => None,
        }
    }

    /// Removes the inputs. Returns `None` if the join had ended.
    pub(super) fn into_inputs(self) -> Option<Box<StoredInputs>> {
        self.inputs
    }

    /// Returns `true` if a list has this element.
    pub(super) fn knows(&self, arriving: ArrivingInput<'_>) -> bool {
        let inputs = self.inputs.as_ref();
        inputs.is_some_and(|inputs| inputs.knows(arriving))
    }

    /// Counts an element that has come again.
    pub(super) fn repeat(&mut self, arriving: ArrivingInput<'_>) {
        if let Some(inputs) = &mut self.inputs {
            inputs.repeat(arriving);
        }
    }

    /// Adds an input, which the join takes.
    pub(super) fn add(&mut self, arriving: ArrivingInput<'_>, input: StoredInput) {
        if let Some(inputs) = &mut self.inputs {
            inputs.add(arriving, input);
        }
    }

    /// Calls `take` if the reply gives its caller a claim.
    pub(super) fn claim(&self, reply: &Reply, now: Timestamp, take: Take<'_>) {
        if let Some(((work, attempts), inputs)) = Work::of(reply).zip(self.inputs.as_ref()) {
            let claimed = Claimed {
                work,
                attempts,
                counts: inputs.tallies().counts(),
                now,
            };
            inputs.sorted(|inputs| take(claimed, inputs));
        }
    }

    /// Returns the time since the first arrival, or since the join ended.
    pub(super) fn age(&self, now: Timestamp, policy: &JoinPolicy) -> Duration {
        let since = match (self.schedule(policy), &self.inputs) {
            (Schedule::Ended(forget_at), _) => forget_at.saturating_sub(policy.dedup_window),
            (_, Some(inputs)) => inputs.first_at(),
            (_, None) => now,
        };
        now.saturating_duration_since(since)
    }

    pub(super) fn summaries(&self) -> Vec<ListSummary> {
        let inputs = self.inputs.as_ref();
        inputs.map_or_else(Vec::new, |inputs| inputs.summaries())
    }
}
