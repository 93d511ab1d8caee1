//! What an error of the server means.

use sqlx::error::DatabaseError;

use crate::fan_in::durable::BackendError;
use crate::fan_in::durable::sql::is_on_the_way;

/// What becomes of the connection, and of the call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sort {
    /// The connection was left inside a transaction: the call had no effect.
    InTransaction,
    /// The server has taken the statement for one of another client: the call had no effect.
    OtherStatement,
    /// The server refuses the input. The connection is as good as before.
    Input,
    /// The server was busy with others. The connection is as good as before.
    Busy,
    /// The server cannot be written to, and perhaps another one can by now.
    ReadOnly,
    /// The tables are not there.
    NotMigrated,
    /// The role has no right.
    Forbidden,
    /// It passes, perhaps on another connection.
    Transient,
    Other,
}

/// A `COMMIT` inside a transaction, any statement inside a failed one, and a transaction that has begun too early.
const IN_TRANSACTION: [&str; 3] = ["2D000", "25P02", "25001"];

/// A prepared statement that is not there, that is there already, or that has other parameters.
const OTHER_STATEMENT: [&str; 3] = ["26000", "42P05", "08P01"];

/// A character that the database's encoding does not have, a NUL byte, and what is too long for an index or a column.
const INPUT: [&str; 3] = ["22P05", "22021", "54000"];

/// Conflicts with others, a lock that was not to be had in time, and a statement that took too long.
const BUSY: [&str; 4] = ["40001", "40P01", "55P03", "57014"];

const READ_ONLY: &str = "25006";

/// A table, a procedure, a schema.
const NOT_MIGRATED: [&str; 3] = ["42P01", "42883", "3F000"];

const FORBIDDEN: &str = "42501";

/// A server that ends or begins.
const ENDS: [&str; 4] = ["57P01", "57P02", "57P03", "57P05"];

/// All that is wrong with a connection, and resources that the server lacks: connections, memory, a disk.
const CLASSES: [&str; 2] = ["08", "53"];

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
        code if ENDS.contains(&code) => Sort::Transient,
        code if CLASSES.iter().any(|class| code.starts_with(class)) => Sort::Transient,
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
