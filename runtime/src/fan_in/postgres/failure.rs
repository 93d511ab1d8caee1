//! Classifies errors of the server.

use sqlx::error::DatabaseError;

use crate::fan_in::durable::BackendError;
use crate::fan_in::durable::sql::is_on_the_way;

/// The kinds of errors, by what happens to the connection and to the call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sort {
    /// The connection was inside a transaction; the call had no effect.
    InTransaction,
    /// The server used another client's prepared statement; the call had no effect.
    OtherStatement,
    /// The server rejects the input; the connection is usable.
    Input,
    /// The call conflicted with others; the connection is usable.
    Busy,
    /// The server is read-only. After a failover, another connection may reach the primary server.
    ReadOnly,
    /// The tables do not exist.
    NotMigrated,
    /// The role lacks a right.
    Forbidden,
    /// A retry may succeed, perhaps on another connection.
    Transient,
    Other,
}

/// A `COMMIT` inside a transaction, a statement inside a failed one, and `SET TRANSACTION` after a query.
const IN_TRANSACTION: [&str; 3] = ["2D000", "25P02", "25001"];

/// A prepared statement that does not exist, that already exists, or that has other parameters.
const OTHER_STATEMENT: [&str; 3] = ["26000", "42P05", "08P01"];

/// A character outside the database's encoding, a NUL byte, and a value that is too long for an index or a column.
const INPUT: [&str; 3] = ["22P05", "22021", "54000"];

/// A serialization failure, a deadlock, a lock timeout, a statement timeout, and a copy of an element at the same time.
const BUSY: [&str; 5] = ["40001", "40P01", "55P03", "57014", "23505"];

const READ_ONLY: &str = "25006";

/// An unknown table, column, procedure or schema.
const NOT_MIGRATED: [&str; 4] = ["42P01", "42703", "42883", "3F000"];

const FORBIDDEN: &str = "42501";

/// A server that stops or starts.
const RESTART: [&str; 4] = ["57P01", "57P02", "57P03", "57P05"];

/// The classes for connection errors, and for missing resources: connections, memory, disk space.
const TRANSIENT_CLASSES: [&str; 2] = ["08", "53"];

pub(super) fn sort(error: &sqlx::Error) -> Sort {
    let code = error.as_database_error().and_then(DatabaseError::code);
    let Some(code) = code.as_deref() else {
        let is_lost = is_on_the_way(error) || matches!(error, sqlx::Error::Protocol(_));
        return if is_lost {
            Sort::Transient
        } else {
            Sort::Other
        };
    };
    match code {
        code if IN_TRANSACTION.contains(&code) => Sort::InTransaction,
        code if OTHER_STATEMENT.contains(&code) => Sort::OtherStatement,
        code if INPUT.contains(&code) => Sort::Input,
        code if BUSY.contains(&code) => Sort::Busy,
        code if NOT_MIGRATED.contains(&code) => Sort::NotMigrated,
        code if RESTART.contains(&code) => Sort::Transient,
        code if TRANSIENT_CLASSES
            .iter()
            .any(|class| code.starts_with(class)) =>
        {
            Sort::Transient
        }
        READ_ONLY => Sort::ReadOnly,
        FORBIDDEN => Sort::Forbidden,
        _ => Sort::Other,
    }
}

pub(super) fn failure(error: sqlx::Error) -> BackendError {
    match sort(&error) {
        Sort::InTransaction | Sort::OtherStatement | Sort::Busy | Sort::Transient => {
            BackendError::Transient(error.into())
        }
        Sort::ReadOnly => BackendError::Transient(
            format!("connect to the primary server: this one takes no writes ({error})").into(),
        ),
        Sort::Input => BackendError::Unencodable(error.into()),
        Sort::NotMigrated => BackendError::Misconfigured(format!(
            "run `Postgres::migrate`, or name the schema of the tables with `Postgres::schema`: {error}"
        )),
        Sort::Forbidden => BackendError::Misconfigured(format!(
            "grant the role USAGE on the schema, and SELECT, INSERT, UPDATE and DELETE on the tables whose names begin \
             with `linked_span_`: {error}"
        )),
        Sort::Other => BackendError::Permanent(error.into()),
    }
}
