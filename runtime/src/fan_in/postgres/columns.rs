//! Reads the columns of a procedure's result.

use sqlx::postgres::{PgRow, Postgres};
use sqlx::{Decode, Row as _, Type};

use super::failure::failure;
use crate::fan_in::core::state::Timestamp;
use crate::fan_in::durable::BackendError;
use crate::fan_in::durable::sql::{time, unknown};

pub(super) fn has(row: &PgRow, name: &str) -> bool {
    row.try_column(name).is_ok()
}

/// Reads a procedure's reply; `None` if it found nothing.
pub(super) fn word(row: &PgRow) -> Result<Option<&str>, BackendError> {
    match column(row, "reply")? {
        Some("undeclared") => Err(BackendError::Undeclared),
        word => Ok(word),
    }
}

pub(super) fn item<T>(items: &[T], place: usize) -> Result<&T, BackendError> {
    items.get(place).ok_or_else(unknown)
}

/// Reads an array; NULL is an empty one.
pub(super) fn list<T>(row: &PgRow, name: &str) -> Result<Vec<T>, BackendError>
where
    Vec<T>: for<'r> Decode<'r, Postgres> + Type<Postgres>,
{
    let list: Option<Vec<T>> = column(row, name)?;
    Ok(list.unwrap_or_default())
}

pub(super) fn number<N: TryFrom<i64>>(row: &PgRow, name: &str) -> Result<N, BackendError> {
    of(column(row, name)?)
}

pub(super) fn timestamp(row: &PgRow, name: &str) -> Result<Timestamp, BackendError> {
    time(column(row, name)?)
}

pub(super) fn of<N: TryFrom<i64>>(number: i64) -> Result<N, BackendError> {
    N::try_from(number).map_err(|_| unknown())
}

pub(super) fn column<'r, T: Decode<'r, Postgres> + Type<Postgres>>(
    row: &'r PgRow,
    name: &str,
) -> Result<T, BackendError> {
    row.try_get(name).map_err(failure)
}
