//! The joins of a shard, by number.

use std::time::Duration;

use super::entry::{ActiveJoin, Body, Ended, Entry, Head, How};
use super::kept::{Several, StoredInput, Useless, When};
use super::lane::{APART, Lane};
use super::slab::Slab;
use crate::fan_in::core::claim::Input;
use crate::fan_in::core::state::{Inputs, JoinPolicy, State, Timestamp};

/// The first number of the joins that have ended.
const ENDED: u32 = 1 << 31;

/// Keeps joins in three slabs, so that each takes only the memory of its state.
///
/// Most joins are open or have ended, and few are active. A join that has ended has no payload left.
pub(super) struct Joins<P> {
    entries: Slab<Entry<P>>,
    held: Slab<ActiveJoin<P>>,
    ended: Slab<Ended>,
}

impl<P> Joins<P> {
    pub(super) fn new() -> Self {
        Self {
            entries: Slab::new(),
            held: Slab::new(),
            ended: Slab::new(),
        }
    }

    /// Returns the number of joins that have memory, open or ended.
    pub(super) fn slots(&self) -> usize {
        self.entries.slots() + self.ended.slots()
    }

    /// Returns one chunk of the joins that have not ended; `None` after the last.
    pub(super) fn chunk(&self, number: usize) -> Option<impl Iterator<Item = &Entry<P>>> {
        self.entries.chunk(number)
    }

    /// Inserts a join with its first input.
    pub(super) fn begin(&mut self, head: Head, deadline: Timestamp, came: When, payload: P) -> u32 {
        let body = Body::Begun {
            deadline,
            came,
            payload,
        };
        self.entries.insert(Entry { head, body })
    }

    pub(super) fn head(&self, index: u32) -> &Head {
        match index.checked_sub(ENDED) {
            Some(ended) => &self.ended.get(ended).head,
            None => &self.entries.get(index).head,
        }
    }

    pub(super) fn state(&self, index: u32) -> State {
        match index.checked_sub(ENDED) {
            Some(ended) => self.ended.get(ended).how.state(),
            None => self.state_of(self.entries.get(index)),
        }
    }

    pub(super) fn state_of(&self, entry: &Entry<P>) -> State {
        match &entry.body {
            Body::Begun { deadline, came, .. } => State::Open {
                came: Inputs::default().with(came.input()),
                deadline: *deadline,
            },
            Body::ActiveJoin(held) => self.held.get(*held).state,
        }
    }

    /// Returns when the store forgets the join, if it has ended.
    pub(super) fn forget_at(&self, index: u32) -> Option<Timestamp> {
        let ended = index.checked_sub(ENDED)?;
        Some(self.ended.get(ended).how.forget_at)
    }

    /// Sets a state in which the join has not ended.
    pub(super) fn set(&mut self, index: u32, state: &State) {
        self.hold(index, state);
    }

    /// Adds an input, and sets the state after it.
    pub(super) fn keep(&mut self, index: u32, state: &State, kept: StoredInput<P>) {
        self.hold(index, state).kept.push(kept);
    }

    /// Reduces a join to how it has ended. Returns its new number and its inputs.
    pub(super) fn end(&mut self, index: u32, how: How) -> (u32, Useless<P>) {
        let Entry { head, body } = self.entries.remove(index);
        let useless = self.take_out(body);
        let ended = self.ended.insert(Ended { head, how });
        self.shrink();
        (ENDED + ended, useless)
    }

    /// Removes a join. Returns its inputs, if it had any.
    pub(super) fn remove(&mut self, index: u32) -> Option<Useless<P>> {
        let useless = if let Some(ended) = index.checked_sub(ENDED) {
            self.ended.remove(ended);
            None
        } else {
            let entry = self.entries.remove(index);
            Some(self.take_out(entry.body))
        };
        self.shrink();
        useless
    }

    /// Returns the received inputs by their place.
    pub(super) fn inputs(
        &self,
        index: u32,
        now: Timestamp,
        rules: &JoinPolicy,
    ) -> Vec<Option<Input<P>>> {
        match self.entries.get(index).body {
            Body::ActiveJoin(held) => self.held.get(held).kept.inputs(rules.inputs, now),
            Body::Begun { .. } => unreachable!("what is claimed is held"),
        }
    }

    /// Returns the time since the first arrival, or since the join ended.
    pub(super) fn age(&self, index: u32, now: Timestamp, rules: &JoinPolicy) -> Duration {
        match self.forget_at(index) {
            Some(forget_at) => {
                now.saturating_duration_since(forget_at.saturating_sub(rules.dedup_window))
            }
            None => self.age_of(self.entries.get(index), now),
        }
    }

    pub(super) fn age_of(&self, entry: &Entry<P>, now: Timestamp) -> Duration {
        let since = match entry.body {
            Body::Begun { came, .. } => came.moment(),
            Body::ActiveJoin(held) => self.held.get(held).kept.since().unwrap_or(now),
        };
        now.saturating_duration_since(since)
    }

    /// Returns the join's number in a list.
    pub(super) fn number(&mut self, index: u32, lane: Lane) -> &mut u32 {
        if let Some(ended) = index.checked_sub(ENDED) {
            return &mut self.ended.get_mut(ended).head.due;
        }
        let entry = self.entries.get_mut(index);
        match (lane, &entry.body) {
            (Lane::Due, _) => &mut entry.head.due,
            (Lane::Retry, Body::ActiveJoin(held)) => &mut self.held.get_mut(*held).retry,
            (Lane::Retry, Body::Begun { .. }) => unreachable!("only what is held is tried again"),
        }
    }

    /// Moves a join to the active joins, which have room for any state and several inputs.
    fn hold(&mut self, index: u32, state: &State) -> &mut ActiveJoin<P> {
        let body = &mut self.entries.get_mut(index).body;
        // The lock hides this placeholder from other threads.
        let held = match std::mem::replace(body, Body::ActiveJoin(APART)) {
            Body::ActiveJoin(held) => {
                self.held.get_mut(held).state = *state;
                held
            }
            Body::Begun { came, payload, .. } => self.held.insert(ActiveJoin {
                state: *state,
                retry: APART,
                kept: Several::new(StoredInput::new(payload, came)),
            }),
        };
        *body = Body::ActiveJoin(held);
        self.held.get_mut(held)
    }

    fn take_out(&mut self, body: Body<P>) -> Useless<P> {
        match body {
            Body::Begun { payload, .. } => Useless::One(payload),
            Body::ActiveJoin(held) => Useless::Several(self.held.remove(held).kept),
        }
    }

    /// Frees memory that no join uses.
    fn shrink(&mut self) {
        self.entries.shrink();
        self.held.shrink();
        self.ended.shrink();
    }
}
