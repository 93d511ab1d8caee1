//! The joins of a shard, by number.

use super::entry::{ActiveJoin, Body, Ended, Entry, Head, How};
use super::kept::{Several, StoredInput, Useless, When};
use super::lane::{APART, Lane};
use super::slab::Slab;
use crate::fan_in::core::claim::Input;
use crate::fan_in::core::state::{Inputs, JoinPolicy, Moment, State};

/// The numbers of those that have ended begin here.
const ENDED: u32 = 1 << 31;

/// What takes much room lies where few are at a time: there are many joins open, fewer are held, and of those that have
/// ended, which may be the most, no payload is left.
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

    /// For how many there is memory, open or ended.
    pub(super) fn slots(&self) -> usize {
        self.entries.slots() + self.ended.slots()
    }

    /// Some of those that have not ended; `None` behind the last.
    pub(super) fn chunk(&self, number: usize) -> Option<impl Iterator<Item = &Entry<P>>> {
        self.entries.chunk(number)
    }

    /// Puts in a join of which one input has come.
    pub(super) fn begin(&mut self, head: Head, deadline: Moment, came: When, payload: P) -> u32 {
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

    /// When nothing is to be left of it, if it has ended.
    pub(super) fn forget_at(&self, index: u32) -> Option<Moment> {
        let ended = index.checked_sub(ENDED)?;
        Some(self.ended.get(ended).how.forget_at)
    }

    /// Writes down a state in which it has not ended.
    pub(super) fn set(&mut self, index: u32, state: &State) {
        self.hold(index, state);
    }

    /// Keeps another input, with which the join has come to such a state.
    pub(super) fn keep(&mut self, index: u32, state: &State, kept: StoredInput<P>) {
        self.hold(index, state).kept.push(kept);
    }

    /// Keeps of a join only how it has ended. Returns its number from now on, and its inputs.
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

    /// Everything that has come, by its place.
    pub(super) fn inputs(
        &self,
        index: u32,
        now: Moment,
        rules: &JoinPolicy,
    ) -> Vec<Option<Input<P>>> {
        match self.entries.get(index).body {
            Body::ActiveJoin(held) => self.held.get(held).kept.inputs(rules.inputs, now),
            Body::Begun { .. } => unreachable!("what is claimed is held"),
        }
    }

    /// For how long there has been an input, or since when the join has ended.
    pub(super) fn age(&self, index: u32, now: Moment, rules: &JoinPolicy) -> Moment {
        match self.forget_at(index) {
            Some(forget_at) => now.saturating_sub(forget_at.saturating_sub(rules.dedup_window)),
            None => self.age_of(self.entries.get(index), now),
        }
    }

    pub(super) fn age_of(&self, entry: &Entry<P>, now: Moment) -> Moment {
        let since = match entry.body {
            Body::Begun { came, .. } => came.moment(),
            Body::ActiveJoin(held) => self.held.get(held).kept.since().unwrap_or(now),
        };
        now.saturating_sub(since)
    }

    /// The join's number in a list.
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

    /// Makes room for any state, and for more inputs than one.
    fn hold(&mut self, index: u32, state: &State) -> &mut ActiveJoin<P> {
        let body = &mut self.entries.get_mut(index).body;
        // What a join has instead for a moment is not seen.
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

    /// Gives back memory in which nothing is left.
    fn shrink(&mut self) {
        self.entries.shrink();
        self.held.shrink();
        self.ended.shrink();
    }
}
