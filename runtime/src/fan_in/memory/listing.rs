//! An operator's listing, gathered from all shards.

use std::collections::BTreeMap;

use super::join::Join;
use super::joins::Joins;
use crate::fan_in::core::listing::{JoinQuery, JoinSummary, Page};
use crate::fan_in::core::state::{JoinPolicy, State, Timestamp};

impl Joins {
    pub(super) fn list(&self, policy: &JoinPolicy, query: JoinQuery<'_>) -> Vec<JoinSummary> {
        match query {
            JoinQuery::Key(key) => self.list_one(key, policy).into_iter().collect(),
            JoinQuery::Unsettled(page) => self.list_all(policy, page, |_| true),
            JoinQuery::Parked(page) => {
                self.list_all(policy, page, |state| matches!(state, State::Parked { .. }))
            }
        }
    }

    fn list_one(&self, key: &str, policy: &JoinPolicy) -> Option<JoinSummary> {
        let (place, key) = self.locate(key);
        let clock = (self.clock)();
        let mut shard = self.lock(place);
        let now = shard.time(clock);
        let join = shard
            .table
            .find(key)
            .filter(|join| !join.schedule(policy).is_forgotten(now));
        Some(summary(join?, policy, now))
    }

    /// Lists one page of the joins that have not ended. Each shard is locked while the listing reads it.
    fn list_all(
        &self,
        policy: &JoinPolicy,
        page: Page<'_>,
        is_wanted: fn(&State) -> bool,
    ) -> Vec<JoinSummary> {
        // The first selected joins after the previous page, among those seen so far.
        let mut found: BTreeMap<String, JoinSummary> = BTreeMap::new();
        for place in 0..self.shards.len() {
            let clock = (self.clock)();
            let mut shard = self.lock(place);
            let now = shard.time(clock);
            for join in shard.table.iter() {
                if !join.is_live() || !is_wanted(&join.state()) {
                    continue;
                }
                let key = &*join.key;
                let is_behind = page.after.is_none_or(|after| key > after);
                let is_before = |(last, _): (&String, _)| key < last.as_str();
                let has_place =
                    found.len() < page.limit || found.last_key_value().is_some_and(is_before);
                if is_behind && has_place {
                    found.insert(key.to_owned(), summary(join, policy, now));
                    if found.len() > page.limit {
                        found.pop_last();
                    }
                }
            }
        }
        found.into_values().collect()
    }
}

fn summary(join: &Join, policy: &JoinPolicy, now: Timestamp) -> JoinSummary {
    let key = join.key.as_ref().to_owned();
    let summary = JoinSummary::new(key, &join.state(), join.age(now, policy), policy);
    summary.with_lists(join.summaries())
}
