//! Helpers for the databases behind sqlx.

use super::error::BackendError;
use crate::fan_in::core::state::Timestamp;

/// Converts a time to a column's type.
#[cfg(feature = "sqlite")]
pub(in crate::fan_in) fn number(time: Timestamp) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}

/// Converts a span of time to an argument's type.
#[cfg(feature = "postgres")]
pub(in crate::fan_in) fn span(span: std::time::Duration) -> i64 {
    i64::try_from(crate::fan_in::core::time::milliseconds(span)).unwrap_or(i64::MAX)
}

/// Reads a time from a column.
pub(in crate::fan_in) fn time(number: i64) -> Result<Timestamp, BackendError> {
    let time = u64::try_from(number).map_err(|_| unknown())?;
    Ok(Timestamp::from_millis(time))
}

/// Returns the error for a row that this crate cannot have written.
pub(in crate::fan_in) fn unknown() -> BackendError {
    BackendError::Permanent("the database has an invalid row in a table of joins".into())
}

/// Returns `true` if the connection failed, and not the database.
pub(in crate::fan_in) fn is_on_the_way(error: &sqlx::Error) -> bool {
    matches!(
        error,
        sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut | sqlx::Error::WorkerCrashed
    )
}
