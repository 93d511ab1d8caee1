//! The joins of a shard, by the numbers of their slots.

use super::entry::{Body, Ended, Entry, Held};
use super::kept::{Kept, Several, Useless};
use super::list::{APART, Lane};
use super::slab::Slab;
use crate::fan_in::state::{Inputs, Moment, Rules, State};
use crate::fan_in::store::Input;

/// Every join has an entry; what few have at a time, and only for a while, is apart from them.
pub(super) struct Joins<P> {
    entries: Slab<Entry<P>>,
    held: Slab<Held<P>>,
}

impl<P> Joins<P> {
    pub(super) fn new() -> Self {
        Self {
            entries: Slab::new(),
            held: Slab::new(),
        }
    }

    /// How many there is memory for.
    pub(super) fn slots(&self) -> usize {
        self.entries.slots()
    }

    /// Some of them; `None` behind the last.
    pub(super) fn chunk(&self, number: usize) -> Option<impl Iterator<Item = &Entry<P>>> {
        self.entries.chunk(number)
    }

    pub(super) fn insert(&mut self, entry: Entry<P>) -> u32 {
        self.entries.insert(entry)
    }

    pub(super) fn get(&self, index: u32) -> &Entry<P> {
        self.entries.get(index)
    }

    pub(super) fn remove(&mut self, index: u32) -> Option<Useless<P>> {
        let entry = self.entries.remove(index);
        self.take_kept(entry.body)
    }

    /// Gives memory back, if there are no joins. Returns whether it has.
    pub(super) fn shrink(&mut self) -> bool {
        self.held.shrink();
        self.entries.shrink()
    }

    pub(super) fn state(&self, entry: &Entry<P>) -> State {
        match &entry.body {
            Body::Begun { deadline, kept } => State::Open {
                came: Inputs::default().with(kept.input()),
                deadline: *deadline,
            },
            Body::Held(held) => self.held.get(*held).state,
            Body::Ended(ended) => ended.state(),
        }
    }

    /// Writes down a state, which keeps the inputs if it has any use for them, and gives them back otherwise.
    #[must_use = "payloads are dropped when the lock is no longer held"]
    pub(super) fn set(&mut self, index: u32, state: State) -> Option<Useless<P>> {
        let Some(ended) = Ended::new(&state) else {
            self.hold(index, state);
            return None;
        };
        let body = &mut self.entries.get_mut(index).body;
        let body = std::mem::replace(body, Body::Ended(ended));
        self.take_kept(body)
    }

    /// Keeps another input, with which the join has come to such a state.
    pub(super) fn keep(&mut self, index: u32, state: State, kept: Kept<P>) {
        self.hold(index, state).kept.push(kept);
    }

    /// Everything that has come, by its place.
    pub(super) fn inputs(&self, index: u32, now: Moment, rules: &Rules) -> Vec<Option<Input<P>>> {
        let mut inputs = Vec::new();
        inputs.resize_with(usize::from(rules.inputs), || None);
        match &self.entries.get(index).body {
            Body::Begun { kept, .. } => kept.put_into(&mut inputs, now),
            Body::Held(held) => {
                let kept = self.held.get(*held).kept.iter();
                kept.for_each(|kept| kept.put_into(&mut inputs, now));
            }
            Body::Ended(_) => {}
        }
        inputs
    }

    /// For how long there has been an input, or since when the join has ended.
    pub(super) fn age(&self, entry: &Entry<P>, now: Moment, rules: &Rules) -> Moment {
        let since = match &entry.body {
            Body::Begun { kept, .. } => kept.came_at(),
            Body::Held(held) => self.held.get(*held).kept.first().map_or(now, Kept::came_at),
            Body::Ended(ended) => ended.forget_at.saturating_sub(rules.dedup_window),
        };
        now.saturating_sub(since)
    }

    /// The join's number in a list.
    pub(super) fn number(&mut self, index: u32, lane: Lane) -> &mut u32 {
        let entry = self.entries.get_mut(index);
        match (lane, &entry.body) {
            (Lane::Due, _) => &mut entry.due,
            (Lane::Retry, Body::Held(held)) => &mut self.held.get_mut(*held).retry,
            (Lane::Retry, _) => unreachable!("only what is held is tried again"),
        }
    }

    /// Makes room for any state, and for more inputs than one.
    fn hold(&mut self, index: u32, state: State) -> &mut Held<P> {
        let body = &mut self.entries.get_mut(index).body;
        if let Body::Held(held) = *body {
            let held = self.held.get_mut(held);
            held.state = state;
            return held;
        }
        // What the entry has instead for a moment is not seen.
        let Body::Begun { kept, .. } = std::mem::replace(body, Body::Held(APART)) else {
            unreachable!("what has ended does not come back")
        };
        let held = self.held.insert(Held {
            state,
            retry: APART,
            kept: Several::from(kept),
        });
        *body = Body::Held(held);
        self.held.get_mut(held)
    }

    fn take_kept(&mut self, body: Body<P>) -> Option<Useless<P>> {
        let kept = match body {
            Body::Begun { kept, .. } => Several::from(kept),
            Body::Held(held) => self.held.remove(held).kept,
            Body::Ended(_) => return None,
        };
        Some(Useless::from(kept))
    }
}
