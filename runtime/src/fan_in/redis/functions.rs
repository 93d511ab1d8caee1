//! The functions whose joins a server keeps.
//!
//! Their names are in one hash, since a cluster cannot be searched for keys. It is written after a function's own
//! declaration, which is in another slot: a process that ends in between leaves it to the next one.

use std::collections::BTreeMap;
use std::time::Duration;

use super::replies::unknown;
use super::{Redis, scripts};
use crate::fan_in::core::state::Moment;
use crate::fan_in::core::stored_function::StoredFunction;
use crate::fan_in::durable::{Backend, BackendError};

/// When, and each function with when it was declared and its inputs.
type Functions = (Moment, BTreeMap<String, String>);

/// Returns them in the order of their names.
pub(super) async fn list(redis: &Redis) -> Result<Vec<StoredFunction>, BackendError> {
    let (now, functions): Functions = redis.call(&scripts::functions()).await?;
    let mut list = Vec::with_capacity(functions.len());
    for (name, declared) in functions {
        let (at, inputs) = declared.split_once(' ').ok_or_else(unknown)?;
        let at: Moment = at.parse().map_err(|_| unknown())?;
        let declared_ago = Duration::from_millis(now.saturating_sub(at));
        let unsettled = redis.len(&name).await?;
        list.push(StoredFunction::new(name, inputs, unsettled, declared_ago));
    }
    Ok(list)
}
