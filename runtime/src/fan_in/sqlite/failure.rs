//! Classifies errors of `SQLite`.

use crate::fan_in::durable::BackendError;
use crate::fan_in::durable::sql::is_on_the_way;

/// The primary result codes of `SQLite`, which are the last byte of an extended code.
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
                "run `Sqlite::migrate`, which creates the tables: {error}"
            ))
        }
        // The connection is closed, and the next one has no transaction.
        Some(ERROR)
            if error
                .to_string()
                .contains("cannot start a transaction within") =>
        {
            BackendError::Transient(error.into())
        }
        Some(READONLY) => BackendError::Misconfigured(format!(
            "grant the process write access to the database file and to its folder: {error}"
        )),
        Some(CANTOPEN) => BackendError::Misconfigured(format!(
            "name a file in an existing folder that the process can write to: {error}"
        )),
        Some(NOTADB) => BackendError::Misconfigured(format!(
            "name another file, or remove this one, which is not an SQLite database: {error}"
        )),
        None if is_on_the_way(&error) => BackendError::Transient(error.into()),
        _ => BackendError::Permanent(error.into()),
    }
}

fn code(error: &sqlx::Error) -> Option<i64> {
    let sqlx::Error::Database(refused) = error else {
        return None;
    };
    let code: i64 = refused.code()?.parse().ok()?;
    Some(code & 0xff)
}
