//! What an error of `SQLite` means for a call.

use crate::fan_in::durable::BackendError;
use crate::fan_in::durable::sql::is_on_the_way;

/// The primary result codes of `SQLite`; an extended code has one of these for its last byte.
const ERROR: i64 = 1;
const BUSY: i64 = 5;
const LOCKED: i64 = 6;
const READONLY: i64 = 8;
const CANTOPEN: i64 = 14;
const NOTADB: i64 = 26;

pub(super) fn failure(error: sqlx::Error) -> BackendError {
    match code(&error) {
        Some(BUSY | LOCKED) => BackendError::Transient(error.into()),
        Some(ERROR) if error.to_string().contains("no such table: linked_span") => {
            BackendError::Misconfigured(format!(
                "run `Sqlite::migrate`, which makes the tables: {error}"
            ))
        }
        Some(READONLY) => BackendError::Misconfigured(format!(
            "give the process the right to write to the database file and to its folder, which a store of joins needs: {error}"
        )),
        Some(CANTOPEN) => BackendError::Misconfigured(format!(
            "name a file in a folder that exists and that the process may write to: {error}"
        )),
        Some(NOTADB) => BackendError::Misconfigured(format!(
            "name another file, or remove this one: it is no SQLite database: {error}"
        )),
        None if is_on_the_way(&error) => BackendError::Transient(error.into()),
        _ => BackendError::Permanent(error.into()),
    }
}

/// The failure of a `BEGIN`, which needs no table. A code that says no more is that of a connection inside a transaction.
pub(super) fn not_begun(error: sqlx::Error) -> BackendError {
    match code(&error) {
        Some(ERROR) => BackendError::Transient(error.into()),
        _ => failure(error),
    }
}

fn code(error: &sqlx::Error) -> Option<i64> {
    let sqlx::Error::Database(refused) = error else {
        return None;
    };
    let code: i64 = refused.code()?.parse().ok()?;
    Some(code & 0xff)
}
