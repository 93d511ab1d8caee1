//! Which function a database keeps joins of.

use super::backend::{Backend, JoinScope};
use super::error::{BackendError, with_retry};
use crate::fan_in::core::error::StoreError;
use crate::fan_in::core::identity::FanInIdentity;
use crate::fan_in::core::state::JoinPolicy;

/// Stores the identity of a [`Join`](crate::fan_in::Join)'s function.
pub(in crate::fan_in) fn declare<D: Backend>(database: &D, identity: FanInIdentity) {
    database.declaration().declare(identity);
}

/// Returns the name and the stored inputs of the function, after it has checked that they match.
pub(super) async fn declared<D: Backend>(database: &D) -> Result<(&str, &str), StoreError> {
    let declaration = database.declaration();
    let (name, known) = declaration.known()?;
    if let Some(inputs) = known {
        return Ok((name, inputs));
    }
    let inputs = declaration.inputs()?;
    let found = with_retry(|| database.inputs(name, &inputs)).await;
    let found = found.map_err(BackendError::into_error)?;
    declaration.check(name, &found)?;
    if found != inputs {
        // Another release wrote the inputs in another form. The first call did not update the time, since they differ.
        let noted = with_retry(|| database.inputs(name, &found)).await;
        noted.map_err(BackendError::into_error)?;
    }
    Ok((name, declaration.keep(found)))
}

/// Returns the function as the database has to be given it.
pub(super) async fn function<'a, D: Backend>(
    database: &'a D,
    policy: &'a JoinPolicy,
) -> Result<JoinScope<'a>, StoreError> {
    let (name, inputs) = declared(database).await?;
    Ok(JoinScope {
        name,
        inputs,
        policy,
    })
}
