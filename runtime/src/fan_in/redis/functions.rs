//! The functions with joins in a server.
//!
//! Their names are in one hash, because a cluster cannot be searched for keys. A function's own declaration is in another slot,
//! so it cannot be written in the same step. It is written first: if a process ends in between, the next one adds the name.

use std::collections::BTreeMap;

use super::calls::Calls;
use super::failure::unknown;
use super::scripts;
use crate::fan_in::core::state::Timestamp;
use crate::fan_in::core::stored_function::StoredFunction;
use crate::fan_in::durable::BackendError;

/// The time, and for each function the time of its declaration and its inputs.
type Functions = (u64, BTreeMap<String, String>);

/// Returns the functions, ordered by name.
pub(super) async fn list(calls: &Calls) -> Result<Vec<StoredFunction>, BackendError> {
    let (now, functions): Functions = calls.call(&scripts::functions()).await?;
    let now = Timestamp::from_millis(now);
    let mut list = Vec::with_capacity(functions.len());
    for (name, declared) in functions {
        let (at, inputs) = declared.split_once(' ').ok_or_else(unknown)?;
        let at = Timestamp::from_millis(at.parse().map_err(|_| unknown())?);
        let declared_ago = now.saturating_duration_since(at);
        let unsettled = calls.len(&name).await?;
        list.push(StoredFunction::new(name, inputs, unsettled, declared_ago));
    }
    Ok(list)
}
