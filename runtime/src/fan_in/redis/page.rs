//! Which joins are on a page.

use std::collections::BTreeSet;

use redis::cmd;

use super::{Redis, keys};
use crate::fan_in::durable::Failure;
use crate::fan_in::durable::words::count;
use crate::fan_in::listed::{Page, Which};

/// So many that nobody else waits for long.
pub(super) const AT_ONCE: usize = 1_000;

/// The keys of those joins, in their order.
pub(super) async fn keys(
    redis: &Redis,
    name: &str,
    which: Which<'_>,
) -> Result<Vec<String>, Failure> {
    match which {
        Which::Key(key) => Ok(vec![key.to_owned()]),
        Which::Parked(page) => parked(redis, name, page).await,
        Which::Unsettled(page) => {
            let parked = parked(redis, name, page).await?;
            let due = due(redis, name, page).await?;
            let keys: BTreeSet<_> = parked.into_iter().chain(due).collect();
            Ok(keys.into_iter().take(page.limit).collect())
        }
    }
}

/// What is behind this key, where there may be more.
pub(super) fn behind<'a>(which: Which<'_>, key: &'a str) -> Option<Which<'a>> {
    let behind = |page: Page<'_>| Page {
        after: Some(key),
        ..page
    };
    match which {
        Which::Key(_) => None,
        Which::Unsettled(page) => Some(Which::Unsettled(behind(page))),
        Which::Parked(page) => Some(Which::Parked(behind(page))),
    }
}

async fn parked(
    redis: &Redis,
    name: &str,
    Page { after, limit }: Page<'_>,
) -> Result<Vec<String>, Failure> {
    let from = after.map_or("-".to_owned(), |key| format!("({key}"));
    let mut range = cmd("ZRANGEBYLEX");
    range.arg(keys::parked(name)).arg(from).arg("+");
    range.arg("LIMIT").arg(0).arg(count(limit));
    redis.query(&range).await
}

/// What is due stands in another order, in which it is looked through; an order of its own would be kept up at each
/// arrival, and this is read at three in the morning.
async fn due(
    redis: &Redis,
    name: &str,
    Page { after, limit }: Page<'_>,
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
