//! What the databases have in common that sqlx speaks to.

use super::error::BackendError;
use crate::fan_in::core::state::Moment;

/// A moment or a span as a column takes it.
pub(in crate::fan_in) fn number(moment: Moment) -> i64 {
    i64::try_from(moment).unwrap_or(i64::MAX)
}

/// What a row is that nobody has written so.
pub(in crate::fan_in) fn unknown() -> BackendError {
    BackendError::Permanent("the database has a row that is none of a join".into())
}

/// Whether it is the way to the database that failed, and not the database.
pub(in crate::fan_in) fn is_on_the_way(error: &sqlx::Error) -> bool {
    matches!(
        error,
        sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut | sqlx::Error::WorkerCrashed
    )
}
