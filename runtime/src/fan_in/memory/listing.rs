//! An operator's listing, gathered from all shards.

use std::collections::BTreeMap;
use std::time::Duration;

use super::Memory;
use super::entry::{Entry, has_ended};
use super::joins::Joins;
use crate::fan_in::core::listing::{JoinQuery, JoinSummary, Page};
use crate::fan_in::core::state::{JoinPolicy, State, Timestamp};

impl<P> Memory<P> {
    pub(super) fn list_now(&self, rules: &JoinPolicy, which: JoinQuery<'_>) -> Vec<JoinSummary> {
        match which {
            JoinQuery::Key(key) => self.look_up(key, rules).into_iter().collect(),
            JoinQuery::Unsettled(page) => self.look_at_all(Listing {
                rules,
                page,
                is_wanted: |state| !has_ended(state),
                found: BTreeMap::new(),
            }),
            JoinQuery::Parked(page) => self.look_at_all(Listing {
                rules,
                page,
                is_wanted: |state| matches!(state, State::Parked { .. }),
                found: BTreeMap::new(),
            }),
        }
    }

    fn look_up(&self, key: &str, rules: &JoinPolicy) -> Option<JoinSummary> {
        let (place, hashed) = self.place(key);
        let clock = (self.clock)();
        let mut shard = self.lock(place);
        let now = shard.time(clock);
        let index = shard.find(hashed, now)?;
        let joins = shard.joins();
        let (state, age) = (joins.state(index), joins.age(index, now, rules));
        Some(JoinSummary::new(key.to_owned(), &state, age, rules))
    }

    /// Releases each lock after some joins, so that arrivals need not wait for the listing.
    fn look_at_all(&self, mut listing: Listing<'_>) -> Vec<JoinSummary> {
        for place in 0..self.shards.len() {
            let mut chunk = 0;
            while self.look_at(place, chunk, &mut listing) {
                chunk += 1;
            }
        }
        listing.done()
    }

    /// Returns `true` if there may be further chunks.
    fn look_at(&self, place: usize, chunk: usize, listing: &mut Listing<'_>) -> bool {
        let clock = (self.clock)();
        let mut shard = self.lock(place);
        let now = shard.time(clock);
        let joins = shard.joins();
        let Some(entries) = joins.chunk(chunk) else {
            return false;
        };
        for entry in entries {
            listing.see(entry, joins, now);
        }
        true
    }
}

/// Holds the first selected joins after the previous page, among those seen so far.
struct Listing<'a> {
    rules: &'a JoinPolicy,
    page: Page<'a>,
    is_wanted: fn(&State) -> bool,
    /// The states of the joins and their ages.
    found: BTreeMap<String, (State, Duration)>,
}

impl Listing<'_> {
    fn see<P>(&mut self, entry: &Entry<P>, joins: &Joins<P>, now: Timestamp) {
        let (state, key) = (joins.state_of(entry), entry.head.key.as_str());
        if (self.is_wanted)(&state) && self.has_place_for(key) {
            let age = joins.age_of(entry, now);
            self.found.insert(key.to_owned(), (state, age));
            if self.found.len() > self.page.limit {
                self.found.pop_last();
            }
        }
    }

    fn has_place_for(&self, key: &str) -> bool {
        let is_behind = self.page.after.is_none_or(|after| key > after);
        let has_room = self.found.len() < self.page.limit;
        let last = || self.found.last_key_value();
        is_behind && (has_room || last().is_some_and(|(last, _)| key < last.as_str()))
    }

    fn done(self) -> Vec<JoinSummary> {
        let listed = |(key, (state, age))| JoinSummary::new(key, &state, age, self.rules);
        self.found.into_iter().map(listed).collect()
    }
}
