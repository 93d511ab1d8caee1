//! The representation of a join in memory.

use std::sync::Arc;
use std::time::Duration;

use super::lists::Lists;
use super::queue::Place;
use super::stored_input::StoredInput;
use crate::fan_in::core::arriving_input::ArrivingInput;
use crate::fan_in::core::claim::{Claim, Input, Work};
use crate::fan_in::core::listing::ListSummary;
use crate::fan_in::core::state::{Counts, JoinPolicy, Reply, State, Timestamp, Token};

/// A join in a shard's table. A join that has ended keeps little, because a store remembers many of them.
pub(super) enum Join<P> {
    Live(Box<Live<P>>),
    Ended(Box<Ended>),
}

/// What a shard finds a join by.
pub(super) struct Name {
    pub(super) key: Box<str>,
    /// The hash of the key.
    pub(super) hash: u64,
    /// The number of the join, which no other join of its shard ever has.
    pub(super) number: u64,
}

/// Holds a join that has not ended.
pub(super) struct Live<P> {
    name: Name,
    pub(super) state: State,
    first: StoredInput<P>,
    second: Option<StoredInput<P>>,
    /// Most joins have two inputs. A boxed slice is smaller than a `Vec`.
    others: Box<[StoredInput<P>]>,
    /// The lists, if the function has some.
    lists: Option<Box<Lists<P>>>,
}

/// Holds what is left of a join that has completed or expired.
pub(super) struct Ended {
    name: Name,
    holder: Token,
    forget_at: Timestamp,
    is_completed: bool,
}

impl<P> Join<P> {
    pub(super) fn name(&self) -> &Name {
        match self {
            Self::Live(live) => &live.name,
            Self::Ended(ended) => &ended.name,
        }
    }

    pub(super) fn live(&self) -> Option<&Live<P>> {
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
    pub(super) fn set(&mut self, state: &State) -> Option<Box<Live<P>>> {
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
    /// Returns a place that finds the join, in no queue.
    pub(super) fn place(&self) -> Place {
        let &Self { hash, number, .. } = self;
        let at = Timestamp::MAX;
        Place { at, number, hash }
    }
}

impl<P> Live<P> {
    /// Makes a join that has this input.
    pub(super) fn new(
        name: Name,
        state: State,
        arriving: ArrivingInput<'_>,
        first: StoredInput<P>,
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
    pub(super) fn add(&mut self, arriving: ArrivingInput<'_>, input: StoredInput<P>) {
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
    pub(super) fn claim(&self, reply: Reply, now: Timestamp) -> Option<Claim<P>> {
        let (work, attempts) = Work::of(reply)?;
        let lists = self.lists.as_ref();
        let inputs = [&self.first]
            .into_iter()
            .chain(&self.second)
            .chain(&self.others)
            .chain(lists.map_or(&[][..], |lists| lists.elements()));
        let inputs = inputs.map(|input| Input {
            place: input.place,
            payload: Arc::clone(&input.payload),
            waited: now.saturating_duration_since(input.came_at),
        });
        let counts = lists.map_or_else(Counts::default, |lists| lists.counts());
        let claim = Claim::new(work, attempts, inputs.collect());
        Some(claim.with_counts(counts))
    }
}

impl Ended {
    /// Returns what is left of a join; `None` if the join has not ended.
    fn new<P>(live: &mut Live<P>) -> Option<Self> {
        let (is_completed, holder, forget_at) = match live.state {
            State::Completed { holder, forget_at } => (true, holder, forget_at),
            State::Expired { holder, forget_at } => (false, holder, forget_at),
            _ => return None,
        };
        let Name { hash, number, .. } = live.name;
        let key = std::mem::take(&mut live.name.key);
        Some(Self {
            name: Name { key, hash, number },
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
