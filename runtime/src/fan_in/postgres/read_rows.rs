//! Reads the results of calls for functions with lists or optional inputs.

use sqlx::postgres::PgRow;

use super::columns::{column, has, item, list, timestamp, word};
use crate::fan_in::core::listing::ListSummary;
use crate::fan_in::core::state::{Arrived, Counts, Inputs, JoinPolicy, Tallies, Timestamp};
use crate::fan_in::durable::sql::{time, unknown};
use crate::fan_in::durable::{BackendError, EncodedInput};

/// A page of a claimed join's inputs.
pub(super) struct Page {
    /// The time of the call.
    pub(super) at: Timestamp,
    pub(super) counts: Counts,
    pub(super) inputs: Vec<(EncodedInput, Timestamp)>,
    /// Where the next page begins.
    pub(super) last: Option<(i32, i32)>,
}

/// Returns what a join has received.
pub(super) fn arrived(
    row: &PgRow,
    came: Inputs,
    policy: &JoinPolicy,
) -> Result<Arrived, BackendError> {
    let lens: Vec<i32> = column(row, "lens")?;
    let mut lists = Tallies::new(counts(row, policy)?);
    for place in policy.lists.iter() {
        lists = lists.with(place, number(*item(&lens, place.into())?)?);
    }
    Ok(Arrived { came, lists })
}

/// Returns the counts of the lists. The other inputs of a join have a count too.
fn counts(row: &PgRow, policy: &JoinPolicy) -> Result<Counts, BackendError> {
    let stored: Vec<Option<i32>> = column(row, "counts")?;
    let mut counts = Counts::default();
    for place in policy.lists.iter() {
        if let Some(count) = item(&stored, place.into())? {
            counts = counts.with(place, number(*count)?);
        }
    }
    Ok(counts)
}

/// Reads a page of the inputs of a claimed join; `None` if the caller does not hold it any more.
pub(super) fn page(row: &PgRow, policy: &JoinPolicy) -> Result<Option<Page>, BackendError> {
    if word(row)?.is_none() {
        return Ok(None);
    }
    let inputs: Vec<i32> = list(row, "inputs")?;
    let places: Vec<i32> = list(row, "places")?;
    let came_at: Vec<i64> = list(row, "came_at")?;
    let payloads: Vec<String> = list(row, "payloads")?;
    let last = inputs.last().copied().zip(places.last().copied());
    let mut read = Vec::with_capacity(inputs.len());
    for (place, payload) in payloads.into_iter().enumerate() {
        let input = EncodedInput {
            place: number(*item(&inputs, place)?)?,
            payload,
            waited: std::time::Duration::ZERO,
        };
        read.push((input, time(*item(&came_at, place)?)?));
    }
    Ok(Some(Page {
        at: timestamp(row, "at")?,
        counts: counts(row, policy)?,
        inputs: read,
        last,
    }))
}

/// Returns `true` if an ended join has left inputs.
pub(super) fn has_leftovers(row: &PgRow) -> Result<bool, BackendError> {
    if !has(row, "has_leftovers") {
        return Ok(false);
    }
    let has_leftovers: Option<bool> = column(row, "has_leftovers")?;
    Ok(has_leftovers.unwrap_or(false))
}

/// The lists of several joins, each column of which is a text per join.
pub(super) struct Lists {
    lens: Vec<Option<String>>,
    counts: Vec<Option<String>>,
    repeated: Vec<Option<String>>,
}

impl Lists {
    pub(super) fn read(row: &PgRow) -> Result<Self, BackendError> {
        Ok(Self {
            lens: list(row, "lens")?,
            counts: list(row, "counts")?,
            repeated: list(row, "repeated")?,
        })
    }

    /// Returns the lists of a join. One that has ended has none.
    pub(super) fn of(
        &self,
        join: usize,
        policy: &JoinPolicy,
    ) -> Result<Vec<ListSummary>, BackendError> {
        let [lens, counts, repeated] = [&self.lens, &self.counts, &self.repeated]
            .map(|column| column.get(join).and_then(Option::as_deref));
        let Some(lens) = lens else {
            return Ok(Vec::new());
        };
        let summary = |place: u8| {
            let distinct = nth(lens, place)?.unwrap_or(0);
            let repeated = nth(repeated.unwrap_or_default(), place)?.unwrap_or(0);
            let count = nth(counts.unwrap_or_default(), place)?;
            Ok(ListSummary::new(place, distinct, repeated, count))
        };
        policy.lists.iter().map(summary).collect()
    }
}

/// Returns a number of a text such as `2,,5`.
fn nth<N: std::str::FromStr>(numbers: &str, place: u8) -> Result<Option<N>, BackendError> {
    match numbers.split(',').nth(place.into()) {
        None | Some("") => Ok(None),
        Some(number) => number.parse().map(Some).map_err(|_| unknown()),
    }
}

fn number<N: TryFrom<i32>>(number: i32) -> Result<N, BackendError> {
    N::try_from(number).map_err(|_| unknown())
}
