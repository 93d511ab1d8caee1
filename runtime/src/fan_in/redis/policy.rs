//! Whether a server keeps what it was given.

use redis::InfoDict;
use redis::aio::ConnectionManager;

use crate::fan_in::store::StoreError;

/// Refuses a server that drops joins, or what it remembers of them, when its memory is full.
pub(super) async fn check(manager: &ConnectionManager) -> Result<(), StoreError> {
    let info: Result<InfoDict, _> = redis::cmd("INFO")
        .arg("memory")
        .query_async(&mut manager.clone())
        .await;
    let info = info.map_err(|error| StoreError::Failed(error.into()))?;
    match info.get::<String>("maxmemory_policy") {
        Some(policy) if policy != "noeviction" => Err(StoreError::Misconfigured(format!(
            "with `maxmemory-policy {policy}` the server drops joins when its memory is full: \
             set `maxmemory-policy noeviction`"
        ))),
        _ => Ok(()),
    }
}
