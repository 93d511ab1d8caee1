//! The representation of a join in memory.

use std::time::Duration;

use super::claim::Claimed;
use super::lists::Lists;
use super::queue::Place;
use super::stored_input::StoredInput;
use crate::fan_in::core::arriving_input::ArrivingInput;
use crate::fan_in::core::claim::Work;
use crate::fan_in::core::listing::ListSummary;
use crate::fan_in::core::state::{Counts, JoinPolicy, Reply, State, Timestamp, Token};

/// A join in a shard's table. A join that has ended keeps little, because a store remembers many of them.
pub(super) enum Join {
    Live(Box<Live>),
    Ended(Box<Ended>),
}

/// What a shard finds a join by.
pub(super) struct Name {
    pub(super) key: Box<str>,
    /// The number of the join, which no other join of its shard ever has.
    pub(super) number: u64,
}

/// Holds a join that has not ended.
pub(super) struct Live {
    name: Name,
    pub(super) state: State,
    first: StoredInput,
    second: Option<StoredInput>,
    /// Most joins have two inputs. A boxed slice is smaller than a `Vec`.
    others: Box<[StoredInput]>,
    /// The lists, if the function has some.
    lists: Option<Box<Lists>>,
}

/// Holds what is left of a join that has completed or expired.
pub(super) struct Ended {
    name: Name,
    holder: Token,
    forget_at: Timestamp,
    is_completed: bool,
}

impl Join {
    pub(super) fn name(&self) -> &Name {
        match self {
            Self::Live(live) => &live.name,
            Self::Ended(ended) => &ended.name,
        }
    }

    pub(super) fn live(&self) -> Option<&Live> {
        match self {
            Self::Live(live) => Some(live),
            Self::Ended(_) => None,
        }
    }

    pub(super) fn state(&self) -> State {
        match self {
            Self::Live(live) => live.state,
            Self::Ended(ended) => ended.state(),
        }
    }

    /// Sets the state. Returns the inputs if the join has ended by that.
    pub(super) fn set(&mut self, state: &State) -> Option<Box<Live>> {
        let Self::Live(live) = self else { return None };
        live.state = *state;
        let ended = Self::Ended(Box::new(Ended::new(live)?));
        match std::mem::replace(self, ended) {
            Self::Live(live) => Some(live),
            Self::Ended(_) => None,
        }
    }

    /// Returns `true` if the store no longer remembers the join.
    pub(super) fn is_forgotten(&self, now: Timestamp) -> bool {
        matches!(self, Self::Ended(ended) if ended.forget_at <= now)
    }

    /// Returns the time since the first arrival, or since the join ended.
    pub(super) fn age(&self, now: Timestamp, policy: &JoinPolicy) -> Duration {
        now.saturating_duration_since(match self {
            Self::Live(live) => live.first.came_at,
            Self::Ended(ended) => ended.forget_at.saturating_sub(policy.dedup_window),
        })
    }
}

impl Name {
    /// Returns a place that finds the join by its key's hash, in no queue.
    pub(super) fn place(&self, hash: u64) -> Place {
        let number = self.number;
        let at = Timestamp::MAX;
        Place { at, number, hash }
    }
}

impl Live {
    /// Makes a join that has this input.
    pub(super) fn new(
        name: Name,
        state: State,
        arriving: ArrivingInput<'_>,
        first: StoredInput,
        policy: &JoinPolicy,
    ) -> Self {
        let lists = Some(policy.lists).filter(|lists| !lists.is_empty());
        let mut lists = lists.map(|lists| Box::new(Lists::new(lists)));
        if let Some(lists) = &mut lists {
            lists.record(arriving);
        }
        Self {
            name,
            state,
            first,
            second: None,
            others: Box::default(),
            lists,
        }
    }

    /// Returns `true` if a list has this element.
    pub(super) fn knows(&self, arriving: ArrivingInput<'_>) -> bool {
        let lists = self.lists.as_ref();
        lists.is_some_and(|lists| lists.knows(arriving))
    }

    /// Counts an element that has come again.
    pub(super) fn repeat(&mut self, arriving: ArrivingInput<'_>) {
        if let Some(lists) = &mut self.lists {
            lists.repeat(arriving.input);
        }
    }

    pub(super) fn summaries(&self) -> Vec<ListSummary> {
        let lists = self.lists.as_ref();
        lists.map_or_else(Vec::new, |lists| lists.summaries())
    }

    /// Adds an input, which the join takes.
    pub(super) fn add(&mut self, arriving: ArrivingInput<'_>, input: StoredInput) {
        if let Some(lists) = &mut self.lists {
            lists.record(arriving);
            if arriving.id.is_some() {
                lists.push(input);
                return;
            }
        }
        if self.second.is_none() {
            self.second = Some(input);
        } else {
            let mut others = std::mem::take(&mut self.others).into_vec();
            others.push(input);
            self.others = others.into_boxed_slice();
        }
    }

    pub(super) fn key(&self) -> &str {
        &self.name.key
    }

    /// Returns the claim that a reply gives its caller, if it gives one.
    ///
    /// `take` gets each input and this time, in the order of the declaration.
    pub(super) fn claim(
        &self,
        reply: Reply,
        now: Timestamp,
        take: &mut dyn FnMut(&StoredInput, Timestamp),
    ) -> Option<Claimed> {
        let (work, attempts) = Work::of(reply)?;
        self.each_input(|input| take(input, now));
        let lists = self.lists.as_ref();
        Some(Claimed {
            work,
            attempts,
            counts: lists.map_or_else(Counts::default, |lists| lists.counts()),
        })
    }

    fn each_input(&self, take: impl FnMut(&StoredInput)) {
        let (first, second) = (&self.first, self.second.as_ref());
        let lists = self.lists.as_ref();
        if self.others.is_empty() && lists.is_none() {
            // Most joins: two inputs can be sorted without memory.
            let mut inputs = [Some(first), second];
            if second.is_some_and(|second| second.place < first.place) {
                inputs.swap(0, 1);
            }
            inputs.into_iter().flatten().for_each(take);
            return;
        }
        let mut inputs: Vec<&StoredInput> = [first]
            .into_iter()
            .chain(second)
            .chain(&self.others)
            .chain(lists.map_or(&[][..], |lists| lists.elements()))
            .collect();
        inputs.sort_by_key(|input| input.place);
        inputs.into_iter().for_each(take);
    }
}

impl Ended {
    /// Returns what is left of a join; `None` if the join has not ended.
    fn new(live: &mut Live) -> Option<Self> {
        let (is_completed, holder, forget_at) = match live.state {
            State::Completed { holder, forget_at } => (true, holder, forget_at),
            State::Expired { holder, forget_at } => (false, holder, forget_at),
            _ => return None,
        };
        let number = live.name.number;
        let key = std::mem::take(&mut live.name.key);
        Some(Self {
            name: Name { key, number },
            holder,
            forget_at,
            is_completed,
        })
    }

    fn state(&self) -> State {
        let (holder, forget_at) = (self.holder, self.forget_at);
        if self.is_completed {
            State::Completed { holder, forget_at }
        } else {
            State::Expired { holder, forget_at }
        }
    }
}
