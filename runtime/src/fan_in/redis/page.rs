//! Which joins are on a page.

use std::collections::BTreeSet;

use redis::cmd;

use super::{Redis, keys, scripts};
use crate::fan_in::durable::Failure;
use crate::fan_in::listed::{Page, Which};

/// So many that nobody else waits for long.
pub(super) const AT_ONCE: usize = 1_000;

/// Behind which key it begins.
pub(super) fn after(which: Which<'_>) -> Option<String> {
    match which {
        Which::Key(_) => None,
        Which::Unsettled(page) | Which::Parked(page) => page.after.map(str::to_owned),
    }
}

/// The keys of those joins behind this one, in their order.
pub(super) async fn keys(
    redis: &Redis,
    name: &str,
    which: Which<'_>,
    after: Option<&str>,
) -> Result<Vec<String>, Failure> {
    match which {
        Which::Key(key) => Ok(after.map_or_else(|| vec![key.to_owned()], |_| Vec::new())),
        Which::Parked(Page { limit, .. }) => parked(redis, name, after, limit).await,
        Which::Unsettled(Page { limit, .. }) => {
            let parked = parked(redis, name, after, limit).await?;
            let due = due(redis, name, after, limit).await?;
            let keys: BTreeSet<_> = parked.into_iter().chain(due).collect();
            Ok(keys.into_iter().take(limit).collect())
        }
    }
}

async fn parked(
    redis: &Redis,
    name: &str,
    after: Option<&str>,
    limit: usize,
) -> Result<Vec<String>, Failure> {
    let from = after.map_or("-".to_owned(), |key| format!("({key}"));
    let mut range = cmd("ZRANGEBYLEX");
    range.arg(keys::parked(name)).arg(from).arg("+");
    range.arg("LIMIT").arg(0).arg(scripts::number(limit));
    redis.query(&range).await
}

/// What is due stands in another order, in which it is looked through; an order of its own would be kept up at each
/// arrival, and this is read at three in the morning.
async fn due(
    redis: &Redis,
    name: &str,
    after: Option<&str>,
    limit: usize,
) -> Result<BTreeSet<String>, Failure> {
    let set = keys::due(name);
    let mut first = BTreeSet::new();
    let mut cursor = 0;
    loop {
        let mut scan = cmd("ZSCAN");
        scan.arg(&set).arg(cursor).arg("COUNT").arg(AT_ONCE);
        let (next, found): (u64, Vec<(String, f64)>) = redis.query(&scan).await?;
        let keys = found.into_iter().map(|(key, _)| key);
        for key in keys.filter(|key| after.is_none_or(|after| **key > *after)) {
            first.insert(key);
            if first.len() > limit {
                first.pop_last();
            }
        }
        if next == 0 {
            return Ok(first);
        }
        cursor = next;
    }
}
