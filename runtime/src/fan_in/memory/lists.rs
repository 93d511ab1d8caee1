//! The lists of a shard, and a join's place in them.

use super::joins::Joins;
use super::lane::{APART, Lane};
use super::list::List;
use crate::fan_in::core::state::{State, Timestamp};

/// Keeps the joins of a shard in lists, each ordered by time.
///
/// All joins of a list wait equally long. So a join that is appended is due after all others, and only the first needs
/// a check. A join that is already due goes to the front.
pub(super) struct Lists {
    /// Open, running and ready joins, by deadline. A running join may be missing after its deadline.
    pub(super) waiting: List,
    /// Expiring joins that no worker holds, by the time when a worker may deliver them.
    pub(super) unheld: List,
    /// Ready joins, by the time when a sweep may run them.
    pub(super) retries: List,
    /// Completed and expired joins, by the time when the store forgets them.
    pub(super) ended: List,
    /// No waiting or unheld join is due before this time, so most arrivals need not check.
    idle_until: Timestamp,
    /// The store forgets no join before this time.
    remembered_until: Timestamp,
}

impl Lists {
    pub(super) fn new() -> Self {
        Self {
            waiting: List::new(Lane::Due),
            unheld: List::new(Lane::Due),
            retries: List::new(Lane::Retry),
            ended: List::new(Lane::Due),
            idle_until: Timestamp::MAX,
            remembered_until: Timestamp::MAX,
        }
    }

    /// Inserts a new join.
    pub(super) fn begin<P>(&mut self, index: u32, deadline: Timestamp, joins: &mut Joins<P>) {
        self.waiting.push_back(index, joins);
        self.idle_until = self.idle_until.min(deadline);
    }

    /// Inserts a join that has ended.
    pub(super) fn end<P>(
        &mut self,
        index: u32,
        forget_at: Timestamp,
        now: Timestamp,
        joins: &mut Joins<P>,
    ) {
        insert(&mut self.ended, index, forget_at <= now, joins);
        self.remembered_until = self.remembered_until.min(forget_at);
    }

    /// Returns `true` if certainly no join is due to be delivered.
    ///
    /// This does not look at any join.
    pub(super) fn are_idle(&self, now: Timestamp) -> bool {
        now < self.idle_until
    }

    /// Skips further checks until the first join is due.
    pub(super) fn rest<P>(&mut self, joins: &Joins<P>) {
        let firsts = [&self.waiting, &self.unheld].map(List::first);
        let dues = firsts
            .into_iter()
            .flatten()
            .filter_map(|index| Place::of(&joins.state(index)).due());
        self.idle_until = dues.min().unwrap_or(Timestamp::MAX);
    }

    /// Returns the first join that is due to be forgotten.
    pub(super) fn next_forgotten<P>(&mut self, now: Timestamp, joins: &Joins<P>) -> Option<u32> {
        if now < self.remembered_until {
            return None;
        }
        let first = self.ended.first();
        let forget_at = first.and_then(|first| joins.forget_at(first));
        self.remembered_until = forget_at.unwrap_or(Timestamp::MAX);
        first.filter(|_| self.remembered_until <= now)
    }

    /// Moves a join to the lists of its new state.
    pub(super) fn enter<P>(
        &mut self,
        index: u32,
        before: &State,
        after: &State,
        now: Timestamp,
        joins: &mut Joins<P>,
    ) {
        let (was, is) = (Place::of(before), Place::of(after));
        // A running join may be missing from its list. After a failure, sweeps must find it again.
        let is_ready = matches!(after, State::Ready { .. });
        if was != is || is_ready && *joins.number(index, Lane::Due) == APART {
            self.leave_place(index, was, joins);
            if let Some((list, due)) = self.list(is) {
                insert(list, index, due <= now, joins);
                self.idle_until = self.idle_until.min(due);
            }
        }
        self.leave_retries(index, before, joins);
        if let State::Ready { retry_at, .. } = *after {
            insert(&mut self.retries, index, retry_at <= now, joins);
        }
    }

    /// Removes a join from all lists.
    pub(super) fn leave<P>(&mut self, index: u32, state: &State, joins: &mut Joins<P>) {
        self.leave_place(index, Place::of(state), joins);
        self.leave_retries(index, state, joins);
    }

    fn leave_place<P>(&mut self, index: u32, place: Place, joins: &mut Joins<P>) {
        if let Some((list, _)) = self.list(place) {
            list.remove(index, joins);
        }
    }

    fn leave_retries<P>(&mut self, index: u32, state: &State, joins: &mut Joins<P>) {
        if let State::Ready { .. } = state {
            self.retries.remove(index, joins);
        }
    }

    /// Returns the list of such joins, and the time when the join is due there.
    fn list(&mut self, place: Place) -> Option<(&mut List, Timestamp)> {
        match place {
            Place::Waiting(due) => Some((&mut self.waiting, due)),
            Place::Unheld(due) => Some((&mut self.unheld, due)),
            Place::Ended(due) => Some((&mut self.ended, due)),
            Place::Nowhere => None,
        }
    }
}

fn insert<P>(list: &mut List, index: u32, is_due: bool, joins: &mut Joins<P>) {
    if is_due {
        list.push_front(index, joins);
    } else {
        list.push_back(index, joins);
    }
}

/// Names a join's list, other than the retries, and the time when the join is due there.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Waiting(Timestamp),
    Unheld(Timestamp),
    Ended(Timestamp),
    /// In memory a claim does not end by itself, and a parked join is never due.
    Nowhere,
}

impl Place {
    fn due(self) -> Option<Timestamp> {
        match self {
            Self::Waiting(due) | Self::Unheld(due) | Self::Ended(due) => Some(due),
            Self::Nowhere => None,
        }
    }

    fn of(state: &State) -> Self {
        match *state {
            State::Open { deadline, .. }
            | State::Running { deadline, .. }
            | State::Ready { deadline, .. } => Self::Waiting(deadline),
            State::Expiring {
                holder: None,
                lease,
                ..
            } => Self::Unheld(lease),
            State::Expiring { .. } | State::Parked { .. } => Self::Nowhere,
            State::Completed { forget_at, .. } | State::Expired { forget_at, .. } => {
                Self::Ended(forget_at)
            }
        }
    }
}
