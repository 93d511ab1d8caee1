//! Reads a page of joins for an operator.

use super::calls::Calls;
use super::{replies, scripts};
use crate::fan_in::core::listing::{JoinQuery, JoinSummary, Page};
use crate::fan_in::durable::{BackendError, JoinScope};

/// The largest number of joins that one script reads, so that other callers do not wait long.
const MAX_PER_SCRIPT: usize = 1_000;

/// Returns the selected joins, ordered by key. Reads no others.
pub(super) async fn list(
    calls: &Calls,
    function: JoinScope<'_>,
    which: JoinQuery<'_>,
) -> Result<Vec<JoinSummary>, BackendError> {
    let (set, Page { after, limit }) = match which {
        JoinQuery::Key(key) => {
            let kept = calls.call(&scripts::list(function, "key", key, 1)).await?;
            return replies::list(kept, which, function.policy);
        }
        JoinQuery::Parked(page) => ("parked", page),
        JoinQuery::Unsettled(page) => ("unsettled", page),
    };
    let mut list = Vec::new();
    let mut from = after.map_or_else(|| "-".to_owned(), behind);
    while list.len() < limit {
        let asked = MAX_PER_SCRIPT.min(limit - list.len());
        let call = scripts::list(function, set, &from, asked);
        let kept: replies::List = calls.call(&call).await?;
        let found = kept.1.len();
        let rest = kept.1.last().map(|(key, ..)| behind(key));
        list.extend(replies::list(kept, which, function.policy)?);
        match rest {
            Some(rest) if found == asked => from = rest,
            _ => break,
        }
    }
    Ok(list)
}

/// Returns the start of a range after this key.
fn behind(key: &str) -> String {
    format!("({key}")
}
