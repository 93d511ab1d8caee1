//! Helpers for the databases behind sqlx.

use super::error::BackendError;
use crate::fan_in::core::state::Moment;

/// Converts a time to a column's type.
pub(in crate::fan_in) fn number(moment: Moment) -> i64 {
    i64::try_from(moment).unwrap_or(i64::MAX)
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
