//! The server, and calls of its procedures.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use sqlx::AssertSqlSafe;
use sqlx::postgres::{PgConnection, PgPool, PgRow};

use super::argument::Argument;
use super::failure::{Sort, failure, sort};
use super::lease::Source;
use super::own::{OwnConnections, OwnSettings, SESSION, Session};
use super::pooler;
use super::schema::VERSION;
use super::statement::{Statements, Template};
use crate::fan_in::durable::BackendError;

const UNKNOWN: u8 = 0;
const OWN: u8 = 1;
const BOUND: u8 = 2;
const LITERAL: u8 = 3;

#[derive(Debug)]
pub(super) struct Server {
    pool: PgPool,
    settings: Settings,
    /// How calls are made, as one of the constants above.
    way: AtomicU8,
    own: Mutex<Option<Arc<OwnConnections>>>,
    statements: Statements,
}

#[derive(Clone, Debug)]
struct Settings {
    /// The schema of the tables, unless the `search_path` selects it.
    schema: Option<String>,
    /// The schema, quoted and with a dot; empty without one.
    prefix: String,
    /// Whether statements are prepared; `None` to detect a pooler.
    are_prepared: Option<bool>,
    /// The largest number of connections of the store's own.
    own: u32,
    /// The lock timeout of a statement in milliseconds, as the server reads it.
    lock_timeout: String,
}

/// A procedure and its arguments.
#[derive(Clone, Debug)]
pub(super) struct Call<'q> {
    /// The procedure's name, without the prefix and the version.
    pub(super) procedure: &'static str,
    pub(super) arguments: Vec<Argument<'q>>,
    /// The plain statement that usually does the same.
    pub(super) template: Option<Template>,
}

/// What a connection executes.
#[derive(Clone, Copy)]
struct Request<'a> {
    /// A statement to try first, and its arguments. If it has no row as its result, the other one decides.
    first: Option<(&'a Arc<str>, &'a [Argument<'a>])>,
    statement: &'a str,
    /// Without arguments, the statement is not prepared.
    arguments: &'a [Argument<'a>],
}

/// The default for [`Settings::own`].
const OWN_CONNECTIONS: u32 = 4;

impl Server {
    pub(super) fn new(pool: PgPool, call_timeout: Duration) -> Self {
        let settings = Settings {
            schema: None,
            prefix: String::new(),
            are_prepared: None,
            own: pool.options().get_max_connections().min(OWN_CONNECTIONS),
            lock_timeout: lock_timeout(call_timeout),
        };
        Self::with(pool, settings)
    }

    fn with(pool: PgPool, settings: Settings) -> Self {
        Self {
            pool,
            settings,
            way: AtomicU8::new(UNKNOWN),
            own: Mutex::default(),
            statements: Statements::default(),
        }
    }

    fn changed(&self, change: impl FnOnce(&mut Settings)) -> Self {
        let mut settings = self.settings.clone();
        change(&mut settings);
        Self::with(self.pool.clone(), settings)
    }

    pub(super) fn with_schema(&self, schema: &str) -> Self {
        self.changed(|settings| {
            settings.schema = Some(schema.to_owned());
            settings.prefix = format!("{}.", quoted(schema));
        })
    }

    pub(super) fn with_prepared_statements(&self, are_used: bool) -> Self {
        self.changed(|settings| settings.are_prepared = Some(are_used))
    }

    pub(super) fn with_own_connections(&self, max: u32) -> Self {
        self.changed(|settings| settings.own = max)
    }

    pub(super) fn with_call_timeout(&self, timeout: Duration) -> Self {
        self.changed(|settings| settings.lock_timeout = lock_timeout(timeout))
    }

    pub(super) fn schema(&self) -> Option<&str> {
        self.settings.schema.as_deref()
    }

    pub(super) fn prefix(&self) -> &str {
        &self.settings.prefix
    }

    /// Returns the lock timeout of a statement in milliseconds, as the server reads it.
    pub(super) fn lock_timeout(&self) -> &str {
        &self.settings.lock_timeout
    }

    /// Calls a procedure, or executes its plain statement.
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
        let way = self.way().await?;
        let statement = call.statement(self.prefix(), way != LITERAL);
        let request = Request {
            first: None,
            statement: &statement,
            arguments: if way == LITERAL { &[] } else { &call.arguments },
        };
        if let (OWN, Some(own)) = (way, self.own()) {
            if let Some(row) = self.call_on(&own, call, request).await? {
                return Ok(row);
            }
        }
        let row = self.execute(Source::Pool(&self.pool), request).await;
        let row = row.map_err(failure)?.flatten();
        row.ok_or_else(|| failure(sqlx::Error::RowNotFound))
    }

    /// Makes a call on a connection of the store's own. Returns `None` if there is none.
    async fn call_on(
        &self,
        own: &Arc<OwnConnections>,
        call: &Call<'_>,
        request: Request<'_>,
    ) -> Result<Option<PgRow>, BackendError> {
        let plain = call
            .template
            .map(|template| self.statements.get(template, call.procedure, self.prefix()));
        let arguments: Vec<_> = plain
            .iter()
            .flat_map(|plain| plain.of(&call.arguments))
            .collect();
        let first = plain.as_ref().map(|plain| (&plain.text, &*arguments));
        let request = Request { first, ..request };
        match self.execute(Source::Own(own), request).await {
            Ok(None) => Ok(None),
            Ok(Some(None)) => Err(failure(sqlx::Error::RowNotFound)),
            Ok(Some(row)) => Ok(row),
            Err(error) => Err(failure(error)),
        }
    }

    /// Executes a statement on a pooled connection, and prepares none.
    pub(super) async fn ask(&self, statement: &str) -> Result<Option<PgRow>, sqlx::Error> {
        let request = Request {
            first: None,
            statement,
            arguments: &[],
        };
        let row = self.execute(Source::Pool(&self.pool), request).await;
        row.map(Option::flatten)
    }

    /// Executes a request on a connection, which it then returns or closes. Returns `None` if there is no connection of the
    /// store's own.
    ///
    /// A connection that another task left inside a transaction is closed, and the next one is used. So is a connection to a
    /// server that is no longer the primary one. The number of connections bounds these retries.
    async fn execute(
        &self,
        source: Source<'_>,
        request: Request<'_>,
    ) -> Result<Option<Option<PgRow>>, sqlx::Error> {
        let most = source.max().saturating_add(1);
        let mut asked = 0;
        loop {
            asked += 1;
            // Boxed, because the caller's future would otherwise contain this large one.
            let Some(mut lease) = Box::pin(source.acquire()).await? else {
                return Ok(None);
            };
            let Some(connection) = lease.connection() else {
                return Err(sqlx::Error::PoolClosed);
            };
            let error = match Box::pin(request.send(connection)).await {
                Ok(row) => {
                    lease.keep();
                    return Ok(Some(row));
                }
                Err(error) => error,
            };
            match sort(&error) {
                Sort::InTransaction | Sort::ReadOnly if asked < most => continue,
                Sort::Input | Sort::Busy | Sort::NotMigrated | Sort::Forbidden => lease.keep(),
                Sort::OtherStatement => self.give_up_preparing(),
                Sort::Transient => lease.lost(),
                _ => {}
            }
            return Err(error);
        }
    }

    /// Returns how calls are made. Detects a pooler at the first call, unless the user configured it.
    async fn way(&self) -> Result<u8, BackendError> {
        let known = self.way.load(Ordering::Relaxed);
        if known != UNKNOWN {
            return Ok(known);
        }
        let found = Box::pin(self.find_way()).await.map_err(failure)?;
        // Another call may have stored a result in between, perhaps LITERAL after an error.
        let stored =
            self.way
                .compare_exchange(UNKNOWN, found, Ordering::Relaxed, Ordering::Relaxed);
        Ok(stored.map_or_else(|other| other, |_| found))
    }

    async fn find_way(&self) -> Result<u8, sqlx::Error> {
        let are_prepared = match self.settings.are_prepared {
            Some(are_prepared) => are_prepared,
            // After an error, for example if the server accepts no more connections, literals still work.
            None => unless_refused(pooler::is_absent(&self.pool.connect_options()).await)?,
        };
        if !are_prepared {
            return Ok(LITERAL);
        }
        let settings = OwnSettings {
            max: self.settings.own,
            lock_timeout: self.settings.lock_timeout.clone(),
        };
        let own = if settings.max == 0 {
            None
        } else if let Some(shared) = OwnConnections::shared(&self.pool, &settings) {
            Some(shared)
        } else {
            let of_pool = unless_refused(self.ask(SESSION).await)?;
            let Some(of_pool) = of_pool else {
                return Ok(BOUND);
            };
            let of_pool = Session::read(&of_pool)?;
            unless_refused(OwnConnections::open(&self.pool, settings, &of_pool).await)?
        };
        let has_own = own.is_some();
        *self.own.lock().unwrap_or_else(PoisonError::into_inner) = own;
        Ok(if has_own { OWN } else { BOUND })
    }

    fn own(&self) -> Option<Arc<OwnConnections>> {
        let own = self.own.lock().unwrap_or_else(PoisonError::into_inner);
        own.clone()
    }

    fn give_up_preparing(&self) {
        self.way.store(LITERAL, Ordering::Relaxed);
        let mut own = self.own.lock().unwrap_or_else(PoisonError::into_inner);
        let own = own.take();
        // Dropped without the lock.
        drop(own);
    }
}

/// Returns the default after an error of the server, which can come from a pooler, but not after a lost connection.
fn unless_refused<T: Default>(result: Result<T, sqlx::Error>) -> Result<T, sqlx::Error> {
    match result {
        Err(sqlx::Error::Database(_) | sqlx::Error::Protocol(_)) => Ok(T::default()),
        result => result,
    }
}

impl Request<'_> {
    /// Sends a request, and waits until the server is ready again: only then has it committed.
    async fn send(self, connection: &mut PgConnection) -> Result<Option<PgRow>, sqlx::Error> {
        if let Some((first, arguments)) = self.first {
            let query = sqlx::query(AssertSqlSafe(Arc::clone(first)));
            let row = bind(query, arguments).fetch_optional(&mut *connection);
            if let Some(row) = row.await? {
                return Ok(Some(row));
            }
        }
        let statement = AssertSqlSafe(self.statement);
        // A bound call has at least one argument, its name.
        if self.arguments.is_empty() {
            return sqlx::raw_sql(statement).fetch_optional(connection).await;
        }
        let query = bind(sqlx::query(statement), self.arguments);
        query.fetch_optional(connection).await
    }
}

type Query<'q> = sqlx::query::Query<'q, sqlx::Postgres, sqlx::postgres::PgArguments>;

fn bind<'q>(query: Query<'q>, arguments: &[Argument<'q>]) -> Query<'q> {
    arguments
        .iter()
        .fold(query, |query, argument| argument.bind(query))
}

impl Call<'_> {
    pub(super) fn or_plain(self, template: Template) -> Self {
        Self {
            template: Some(template),
            ..self
        }
    }

    fn statement(&self, prefix: &str, is_bound: bool) -> String {
        let mut statement = format!("CALL {prefix}linked_span_{}_v{VERSION}(", self.procedure);
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

fn lock_timeout(bound: Duration) -> String {
    // Zero would disable the timeout.
    let milliseconds = bound.as_millis().clamp(1, i32::MAX as u128);
    milliseconds.to_string()
}
