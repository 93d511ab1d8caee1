//! The lists of a join, without their elements.

use std::hash::{BuildHasher, RandomState};

use serde::{Deserialize, Serialize};
use sqlx::Row as _;
use sqlx::sqlite::SqliteRow;

use super::failure::failure;
use crate::fan_in::core::arriving_input::ArrivingInput;
use crate::fan_in::core::listing::{self, ListSummary};
use crate::fan_in::core::lists::ListLimit;
use crate::fan_in::core::state::{JoinPolicy, Tallies};
use crate::fan_in::durable::BackendError;
use crate::fan_in::durable::sql::unknown;

/// Holds what a join's row says about its lists.
#[derive(Debug, Default, Deserialize, Serialize)]
pub(super) struct Lists {
    /// The number by which the elements of this life of the join are found; `None` before the first element.
    #[serde(skip)]
    pub(super) instance: Option<i64>,
    /// The bytes of all payloads.
    bytes: u64,
    /// One entry for each list of the policy.
    #[serde(rename = "lists")]
    entries: Vec<List>,
}

#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
struct List {
    place: u8,
    distinct: u16,
    repeated: u32,
    count: Option<u16>,
}

impl Lists {
    /// Makes the lists of a join that has received nothing.
    pub(super) fn new(policy: &JoinPolicy) -> Self {
        let empty = |place| List {
            place,
            distinct: 0,
            repeated: 0,
            count: None,
        };
        Self {
            instance: None,
            bytes: 0,
            entries: policy.lists.iter().map(empty).collect(),
        }
    }

    /// Reads the two columns of a join's row.
    pub(super) fn read(row: &SqliteRow, policy: &JoinPolicy) -> Result<Self, BackendError> {
        let mut read = Self::new(policy);
        if read.entries.is_empty() {
            return Ok(read);
        }
        let text: Option<&str> = row.try_get("lists").map_err(failure)?;
        let stored = text.map_or_else(|| Ok(Self::default()), serde_json::from_str);
        let stored = stored.map_err(|_| unknown())?;
        read.instance = row.try_get("instance").map_err(failure)?;
        read.bytes = stored.bytes;
        for list in stored.entries {
            if let Some(place) = read.at(list.place) {
                *place = list;
            }
        }
        Ok(read)
    }

    /// Returns the text of the column.
    pub(super) fn text(&self) -> Result<String, BackendError> {
        serde_json::to_string(self).map_err(|error| BackendError::Permanent(error.into()))
    }

    pub(super) fn tallies(&self) -> Tallies {
        listing::tallies(self.entries.iter().map(List::summary))
    }

    pub(super) fn summaries(&self) -> Vec<ListSummary> {
        self.entries.iter().map(List::summary).collect()
    }

    /// Counts an input that the join takes: an element with this payload, or the counts of lists that an input gives.
    ///
    /// Fails and changes nothing if the elements would have too many bytes.
    pub(super) fn take(
        &mut self,
        input: ArrivingInput<'_>,
        payload: &str,
        policy: &JoinPolicy,
    ) -> Result<(), ListLimit> {
        let bytes = u64::try_from(payload.len()).unwrap_or(u64::MAX);
        let bytes = self.bytes.saturating_add(bytes);
        if let Some(list) = self.at(input.input) {
            let max = policy.max_bytes;
            if bytes > max {
                return Err(ListLimit::Bytes { max });
            }
            list.distinct = list.distinct.saturating_add(1);
            self.bytes = bytes;
            self.instance.get_or_insert_with(instance);
        }
        for list in &mut self.entries {
            list.count = list.count.or(input.counts.get(list.place));
        }
        Ok(())
    }

    /// Counts an element that the list had already. Returns `false` for an input that is no list.
    pub(super) fn repeat(&mut self, input: u8) -> bool {
        let Some(list) = self.at(input) else {
            return false;
        };
        list.repeated = list.repeated.saturating_add(1);
        true
    }

    fn at(&mut self, place: u8) -> Option<&mut List> {
        self.entries.iter_mut().find(|list| list.place == place)
    }
}

impl List {
    fn summary(&self) -> ListSummary {
        ListSummary::new(self.place, self.distinct, self.repeated, self.count)
    }
}

/// Returns a number that no other life of a join has.
///
/// It is random, because a counter would be one more row to write. Two `RandomState`s have different keys.
fn instance() -> i64 {
    let random = RandomState::new().hash_one(0);
    i64::try_from(random >> 1).unwrap_or(i64::MAX)
}
