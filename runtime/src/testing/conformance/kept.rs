//! What the model expects of a join's inputs.

use std::collections::{BTreeMap, BTreeSet};

use crate::fan_in::state::{JoinPolicy, Reply, Timestamp};
use crate::fan_in::{ArrivingInput, Counts, ListSummary, Tallies};

/// The inputs that a join has taken.
#[derive(Debug, Default)]
pub(super) struct Kept {
    /// The place of each input, the number of its payload, and when it arrived, in order of arrival.
    inputs: Vec<(u8, u64, Timestamp)>,
    ids: BTreeSet<(u8, String)>,
    repeated: BTreeMap<u8, u32>,
    tallies: Tallies,
}

impl Kept {
    pub(super) fn knows(&self, arriving: ArrivingInput<'_>) -> bool {
        let id = arriving.id.map(|id| (arriving.input, id.to_owned()));
        id.is_some_and(|id| self.ids.contains(&id))
    }

    /// Records an arrival with this reply.
    pub(super) fn record(
        &mut self,
        arriving: ArrivingInput<'_>,
        reply: Reply,
        payload: u64,
        now: Timestamp,
    ) {
        let ArrivingInput {
            input, id, counts, ..
        } = arriving;
        match (reply, id) {
            (Reply::Waiting(_) | Reply::Run { taken: true, .. }, id) => {
                self.inputs.push((input, payload, now));
                if let Some(id) = id {
                    self.ids.insert((input, id.to_owned()));
                    self.tallies = self.tallies.with_element(input);
                }
                self.tallies = self.tallies.counted(counts);
            }
            (Reply::Duplicate(_), Some(_)) => *self.repeated.entry(input).or_default() += 1,
            _ => {}
        }
    }

    /// Returns the inputs by their place, and the elements of a list in order of arrival.
    pub(super) fn sorted(&self) -> Vec<(u8, u64, Timestamp)> {
        let mut inputs = self.inputs.clone();
        inputs.sort_by_key(|(place, ..)| *place);
        inputs
    }

    pub(super) fn count(&self) -> usize {
        self.inputs.len()
    }

    /// Returns the counts of the policy's lists.
    pub(super) fn counts(&self, policy: &JoinPolicy) -> Counts {
        let known = |list| Some((list, self.tallies.counts().get(list)?));
        let known = policy.lists.iter().filter_map(known);
        known.fold(Counts::default(), |counts, (list, count)| {
            counts.with(list, count)
        })
    }

    pub(super) fn since(&self) -> Option<Timestamp> {
        self.inputs.iter().map(|(.., came_at)| *came_at).min()
    }

    pub(super) fn summaries(&self, policy: &JoinPolicy) -> Vec<ListSummary> {
        let summary = |list| {
            let repeated = self.repeated.get(&list).copied().unwrap_or_default();
            let count = self.tallies.counts().get(list);
            ListSummary::new(list, self.tallies.len(list), repeated, count)
        };
        policy.lists.iter().map(summary).collect()
    }
}
