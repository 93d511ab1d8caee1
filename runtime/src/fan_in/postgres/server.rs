//! The server, and calls of its procedures.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use sqlx::AssertSqlSafe;
use sqlx::postgres::{PgConnection, PgPool, PgRow};

use super::argument::Argument;
use super::failure::{Sort, failure, sort};
use super::lease::Lease;
use super::pooler;
use crate::fan_in::durable::BackendError;

const UNKNOWN: u8 = 0;
const BOUND: u8 = 1;
const LITERAL: u8 = 2;

#[derive(Debug)]
pub(super) struct Server {
    pub(super) pool: PgPool,
    /// The schema of the tables, unless the `search_path` selects it.
    schema: Option<String>,
    /// The schema, quoted and with a dot; empty without one.
    prefix: String,
    /// Whether arguments are bound, as one of the constants above.
    statements: AtomicU8,
}

/// A procedure and its arguments.
#[derive(Clone, Debug)]
pub(super) struct Call<'q> {
    /// The procedure's name, without the prefix and the version.
    pub(super) procedure: &'static str,
    pub(super) arguments: Vec<Argument<'q>>,
}

impl Server {
    pub(super) fn new(pool: PgPool) -> Self {
        Self {
            pool,
            schema: None,
            prefix: String::new(),
            statements: AtomicU8::new(UNKNOWN),
        }
    }

    pub(super) fn with_schema(&self, schema: &str) -> Self {
        Self {
            pool: self.pool.clone(),
            schema: Some(schema.to_owned()),
            prefix: format!("{}.", quoted(schema)),
            statements: AtomicU8::new(self.statements.load(Ordering::Relaxed)),
        }
    }

    pub(super) fn with_prepared_statements(&self, are_used: bool) -> Self {
        Self {
            pool: self.pool.clone(),
            schema: self.schema.clone(),
            prefix: self.prefix.clone(),
            statements: AtomicU8::new(if are_used { BOUND } else { LITERAL }),
        }
    }

    pub(super) fn schema(&self) -> Option<&str> {
        self.schema.as_deref()
    }

    pub(super) fn prefix(&self) -> &str {
        &self.prefix
    }

    /// Calls a procedure.
    pub(super) async fn call(&self, call: &Call<'_>) -> Result<PgRow, BackendError> {
        if !call
            .arguments
            .iter()
            .all(|argument| argument.is_text_without_nul())
        {
            return Err(BackendError::Unencodable(
                "remove the NUL byte from the text, which PostgreSQL cannot store".into(),
            ));
        }
        let is_bound = self.is_bound().await?;
        let statement = call.statement(&self.prefix, is_bound);
        let bound: &[_] = if is_bound { &call.arguments } else { &[] };
        let row = self.ask(&statement, bound).await.map_err(failure)?;
        row.ok_or_else(|| failure(sqlx::Error::RowNotFound))
    }

    /// Executes a statement on a pooled connection, which it then returns to the pool or closes. Without arguments, it prepares
    /// no statement.
    ///
    /// A connection that another task left inside a transaction is closed, and the next one is used. So is a connection to a
    /// server that is no longer the primary one. The number of connections in the pool bounds these retries.
    pub(super) async fn ask(
        &self,
        statement: &str,
        arguments: &[Argument<'_>],
    ) -> Result<Option<PgRow>, sqlx::Error> {
        let most = self.pool.options().get_max_connections().saturating_add(1);
        let mut asked = 0;
        loop {
            asked += 1;
            // Boxed, because the caller's future would otherwise contain this large one.
            let mut lease = Box::pin(Lease::acquire(&self.pool)).await?;
            let Some(connection) = lease.connection() else {
                return Err(sqlx::Error::PoolClosed);
            };
            let error = match Box::pin(send(statement, arguments, connection)).await {
                Ok(row) => {
                    lease.keep();
                    return Ok(row);
                }
                Err(error) => error,
            };
            match sort(&error) {
                Sort::InTransaction | Sort::ReadOnly if asked < most => continue,
                Sort::Input | Sort::Busy | Sort::NotMigrated | Sort::Forbidden => lease.keep(),
                Sort::OtherStatement => self.statements.store(LITERAL, Ordering::Relaxed),
                _ => {}
            }
            return Err(error);
        }
    }

    /// Returns `true` if arguments are bound. Detects a pooler at the first call, unless the user configured it.
    async fn is_bound(&self) -> Result<bool, BackendError> {
        if self.statements.load(Ordering::Relaxed) == UNKNOWN {
            let is_bound = match Box::pin(pooler::is_absent(&self.pool.connect_options())).await {
                Ok(is_absent) => is_absent,
                // For example, the server accepts no more connections. Literals work everywhere.
                Err(sqlx::Error::Database(_) | sqlx::Error::Protocol(_)) => false,
                Err(error) => return Err(failure(error)),
            };
            let found = if is_bound { BOUND } else { LITERAL };
            // Another call may have stored a result in between, perhaps LITERAL after an error.
            let _ = self.statements.compare_exchange(
                UNKNOWN,
                found,
                Ordering::Relaxed,
                Ordering::Relaxed,
            );
        }
        Ok(self.statements.load(Ordering::Relaxed) == BOUND)
    }
}

/// Sends a statement, and waits until the server is ready again: only then has it committed.
async fn send(
    statement: &str,
    arguments: &[Argument<'_>],
    connection: &mut PgConnection,
) -> Result<Option<PgRow>, sqlx::Error> {
    // A bound call has at least one argument, its name.
    let statement = AssertSqlSafe(statement);
    if arguments.is_empty() {
        return sqlx::raw_sql(statement).fetch_optional(connection).await;
    }
    let query = sqlx::query(statement);
    let bound = arguments
        .iter()
        .fold(query, |query, argument| argument.bind(query));
    bound.fetch_optional(connection).await
}

impl Call<'_> {
    fn statement(&self, prefix: &str, is_bound: bool) -> String {
        let mut statement = format!("CALL {prefix}linked_span_{}_v1(", self.procedure);
        for (number, argument) in (1..).zip(&self.arguments) {
            if number > 1 {
                statement.push(',');
            }
            if is_bound {
                // Writing to a string does not fail.
                let _ = write!(statement, "${number}");
            } else {
                argument.write(&mut statement);
            }
        }
        statement.push(')');
        statement
    }
}

/// Quotes an identifier.
pub(super) fn quoted(identifier: &str) -> String {
    format!("\"{}\"", identifier.replace('"', "\"\""))
}

/// Returns the lock timeout of a statement in milliseconds, as the server reads it.
pub(super) fn patience(bound: Duration) -> String {
    // Zero would disable the timeout.
    let milliseconds = bound.as_millis().clamp(1, i32::MAX as u128);
    milliseconds.to_string()
}
