//! The lists of a join, without their elements.

use super::failure::unknown;
use crate::fan_in::core::listing::{self, ListSummary};
use crate::fan_in::core::state::{JoinPolicy, Tallies};
use crate::fan_in::durable::BackendError;

/// Holds what `lists.lua` keeps in a join's hash.
#[derive(Debug, Default)]
pub(super) struct Lists {
    /// The part of the keys of the elements that no other life of the join has.
    pub(super) instance: String,
    lists: Vec<ListSummary>,
}

impl Lists {
    /// Reads the field `lists`; a join without lists has none.
    pub(super) fn read(kept: Option<&str>) -> Result<Self, BackendError> {
        let Some(kept) = kept else {
            return Ok(Self::default());
        };
        let mut columns = kept.split(' ');
        let instance = columns.next().unwrap_or_default().to_owned();
        // The bytes of all elements are for the scripts only.
        let lists = columns
            .skip(1)
            .map(|list| self::list(list).ok_or_else(unknown));
        Ok(Self {
            instance,
            lists: lists.collect::<Result<_, _>>()?,
        })
    }

    pub(super) fn tallies(&self) -> Tallies {
        listing::tallies(self.lists.iter().copied())
    }

    /// Returns each list's place and the number of its elements.
    pub(super) fn lens(&self) -> impl Iterator<Item = (u8, u16)> {
        self.lists.iter().map(|list| (list.place, list.distinct))
    }

    /// Returns a summary of each list of the policy.
    pub(super) fn summaries(&self, policy: &JoinPolicy) -> Vec<ListSummary> {
        let kept = |place| self.lists.iter().find(|list| list.place == place).copied();
        let summary = |place| kept(place).unwrap_or(ListSummary::new(place, 0, 0, None));
        policy.lists.iter().map(summary).collect()
    }
}

/// Reads a list: its place, its length, the number of repeated arrivals, and its count if that is known.
fn list(columns: &str) -> Option<ListSummary> {
    let columns: Vec<_> = columns.split(':').collect();
    let [place, len, repeated, count] = columns[..] else {
        return None;
    };
    let count = (count != "-").then(|| count.parse().ok());
    let count = match count {
        Some(count) => Some(count?),
        None => None,
    };
    Some(ListSummary::new(
        place.parse().ok()?,
        len.parse().ok()?,
        repeated.parse().ok()?,
        count,
    ))
}
