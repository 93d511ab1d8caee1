//! Joins in a file, of the processes of one host.

mod connection;
mod failure;
mod file;
mod list;
mod migrations;
mod rows;

use std::path::Path;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use sqlx::sqlite::{SqliteConnectOptions, SqlitePool, SqlitePoolOptions};

use self::connection::{Access, Connection};
use self::file::File;
use self::rows::Rows;
use super::core::listing::{JoinQuery, JoinSummary};
use super::core::state::{Moment, Reply, Step, Token};
use super::core::store::StoreError;
use super::core::stored_function::StoredFunction;
use super::durable::{self, Answer, Backend, BackendError, EncodedClaim, JoinScope, StoreBinding};

/// More than an arrival can add.
const FORGOTTEN_IN_PASSING: i64 = 4;

/// So many that others do not wait for long.
const FORGOTTEN_BY_A_SWEEP: i64 = 10_000;

/// How long a migration waits before it tries again where another process has the file.
const BETWEEN_MIGRATIONS: Duration = Duration::from_millis(20);

/// Joins in a `SQLite` file: they survive a restart, and the processes of one host share them.
///
/// ```no_run
/// use std::time::Duration;
/// use linked_span::fan_in::{JoinOptions, Sqlite};
/// # use linked_span::{LinkedEvent, Origin, fan_in};
/// # use serde::{Deserialize, Serialize};
///
/// #[derive(Clone, Serialize, Deserialize, LinkedEvent)]
/// struct Paid { #[event(key)] order: u64, metadata: Origin }
/// # #[derive(Clone, Serialize, Deserialize, LinkedEvent)]
/// # struct Reserved { #[event(key)] order: u64, metadata: Origin }
///
/// #[fan_in(payment, inventory)]
/// async fn ship(payment: Paid, inventory: Reserved) {}
///
/// # async fn begin() -> Result<(), linked_span::fan_in::StoreError> {
/// let store = Sqlite::open("joins.db").await?;
/// let ship = Ship::new(store, JoinOptions::timeout(Duration::from_secs(600)));
/// # Ok(())
/// # }
/// ```
///
/// Inputs are kept as JSON. A store serves one function; several functions, and whatever else is in the database, may
/// share a file. It needs a tokio runtime, with time and I/O enabled.
///
/// The file has to be on a disk of the host, not on a network's, since its write-ahead log is shared memory. The clock is
/// the host's. With `PRAGMA synchronous = FULL`, which is the default, what was acknowledged survives a loss of power; with
/// `NORMAL` the end of a process only.
#[derive(Clone, Debug)]
pub struct Sqlite {
    pool: SqlitePool,
    declaration: Arc<StoreBinding>,
    file: Arc<OnceLock<Arc<File>>>,
    clock: fn() -> Moment,
}

impl Sqlite {
    /// A file of its own, which is created if there is none.
    ///
    /// ```no_run
    /// # use linked_span::fan_in::{Sqlite, StoreError};
    /// # async fn begin() -> Result<(), StoreError> {
    /// let store = Sqlite::open("/var/lib/shipping/joins.db").await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`StoreError::Misconfigured`], with what to do: if the folder does not exist, if the file or its folder cannot be written,
    /// if the file is no database, or is one in memory, or if this release cannot use its tables.
    /// [`StoreError::Failed`]: if the file stays locked for 10 s, or the disk fails.
    pub async fn open(file: impl AsRef<Path> + Send) -> Result<Self, StoreError> {
        let options = SqliteConnectOptions::new()
            .filename(file)
            .create_if_missing(true);
        // There is one writer at a time: whoever waits for a connection is woken, and who waits for the file's lock looks
        // again and again.
        let pool = SqlitePoolOptions::new().max_connections(1);
        let store = Self::new(pool.connect_lazy_with(options));
        store.migrate().await?;
        Ok(store)
    }

    /// In a database of yours, whose tables [`migrate`](Self::migrate) makes, or a migration of yours that applies
    /// [`SCHEMA`](Self::SCHEMA). The more connections the pool has, the longer some wait for the file's lock: for joins
    /// alone, one is best.
    ///
    /// ```no_run
    /// # use linked_span::fan_in::{Sqlite, StoreError};
    /// # async fn begin(pool: sqlx::SqlitePool) -> Result<(), StoreError> {
    /// let store = Sqlite::new(pool);
    /// store.migrate().await?;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn new(pool: SqlitePool) -> Self {
        Self {
            pool,
            declaration: Arc::default(),
            file: Arc::default(),
            clock: now,
        }
    }

    /// Keeps the joins under this name.
    ///
    /// Without it the name is the path of their type, `shop::orders::FulfillOrder`. Give the old path after you move or
    /// rename the function, so that its open joins stay. Give a name where the path does not tell two functions apart: two
    /// programs with a crate of one name, or two functions in blocks of one module.
    ///
    /// Under a name of yours the store compares the names of the inputs, and not their types. So give the path itself after
    /// you change a type to one that can be decoded from the stored inputs, `T` to `Option<T>`. Keep the name from then on:
    /// the store keeps the types that it was first told.
    ///
    /// ```no_run
    /// # use linked_span::fan_in::Sqlite;
    /// # fn begin(pool: sqlx::SqlitePool) {
    /// let store = Sqlite::new(pool).named("shop::orders::FulfillOrder");
    /// # }
    /// ```
    #[must_use]
    pub fn named(self, name: impl Into<String>) -> Self {
        Self {
            declaration: Arc::new(self.declaration.with_name(name.into())),
            ..self
        }
    }

    /// Bounds how long a call of the store may take, its retries included; 10 s unless set.
    ///
    /// A call that takes longer is an error, and an arrival's input comes back. The call may still have had its effect: the
    /// broker delivers the input again, and the store knows it. The bound includes the wait for a connection of the pool, for
    /// the file's lock, and a second try after either.
    #[must_use]
    pub fn call_timeout(self, timeout: Duration) -> Self {
        Self {
            declaration: Arc::new(self.declaration.with_call_timeout(timeout)),
            ..self
        }
    }

    /// Another clock than the host's, in milliseconds of the Unix epoch.
    #[doc(hidden)]
    #[must_use]
    pub fn clock(self, clock: fn() -> Moment) -> Self {
        Self { clock, ..self }
    }

    /// The first version of the tables, for a migration of your own.
    ///
    /// ```
    /// use linked_span::fan_in::Sqlite;
    ///
    /// assert!(Sqlite::SCHEMA.contains("CREATE TABLE IF NOT EXISTS linked_span_joins"));
    /// ```
    pub const SCHEMA: &str = include_str!("schema.sql");

    /// Makes the tables or updates them, and makes the database's journal a write-ahead log.
    ///
    /// ```no_run
    /// # use linked_span::fan_in::{Sqlite, StoreError};
    /// # async fn begin(pool: sqlx::SqlitePool) -> Result<(), StoreError> {
    /// Sqlite::new(pool).migrate().await?; // each time the program begins, or once
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// Any number of processes may call it at once. Tables of the right version are read, and not written. A release also
    /// works with tables that a newer release has updated, unless that release says otherwise: then both can run during a
    /// rolling deploy, and the old one after a roll-back. The version is in a table of this crate, `linked_span_versions`, so
    /// migrations of yours in the same file do not meet it.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open). The time for which it waits for a lock is the [call timeout](Self::call_timeout).
    pub async fn migrate(&self) -> Result<(), StoreError> {
        let bound = self.declaration.call_timeout();
        let mut locked = None;
        let migrated = tokio::time::timeout(bound, async {
            loop {
                // Another process may be at it, or at its joins. Where the journal changes, SQLite does not wait for a lock.
                match migrations::migrate(&self.pool).await {
                    Err(BackendError::Transient(error)) => locked = Some(error),
                    migrated => return migrated.map_err(BackendError::into_error),
                }
                tokio::time::sleep(BETWEEN_MIGRATIONS).await;
            }
        });
        match migrated.await {
            Ok(migrated) => migrated,
            Err(late) => Err(StoreError::Failed(locked.unwrap_or_else(|| late.into()))),
        }
    }

    /// Returns the functions whose joins the file keeps, in the order of their names.
    ///
    /// ```no_run
    /// # use linked_span::fan_in::{Sqlite, StoreError};
    /// # async fn report(store: Sqlite) -> Result<(), StoreError> {
    /// for function in store.functions().await? {
    ///     println!("{}: {} joins, declared {:?} ago", function.name, function.unsettled, function.declared_ago);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub async fn functions(&self) -> Result<Vec<StoredFunction>, StoreError> {
        let list = || async {
            let mut rows = self.transaction(Access::Read).await?;
            let functions = rows.functions().await?;
            rows.commit().await?;
            Ok(functions)
        };
        durable::functions(self, list).await
    }

    /// Begins one atomic step, or several.
    async fn transaction(&self, access: Access) -> Result<Rows, BackendError> {
        let mut connection = Connection::begin(&self.pool, access).await?;
        let file = if let Some(file) = self.file.get() {
            file
        } else {
            let file = File::of(&mut connection).await?;
            self.file.get_or_init(|| Arc::new(file))
        };
        Ok(Rows::new(connection, Arc::clone(file), (self.clock)()))
    }
}

durable::store!(Sqlite);

impl Backend for Sqlite {
    fn declaration(&self) -> &StoreBinding {
        &self.declaration
    }

    async fn inputs(&self, name: &str, inputs: &str) -> Result<String, BackendError> {
        let mut rows = self.transaction(Access::Write).await?;
        let kept = rows.declare(name, inputs).await?;
        rows.commit().await?;
        Ok(kept)
    }

    async fn arrive(
        &self,
        function: JoinScope<'_>,
        key: &str,
        input: u8,
        payload: &str,
        token: Token,
    ) -> Result<Answer, BackendError> {
        let mut rows = self.transaction(Access::Write).await?;
        let (reply, around) = rows.arrive(function, key, (input, payload), token).await?;
        let claimed = rows.claimed(function, key, reply).await?;
        let mut overdue = None;
        if around.is_overdue {
            overdue = rows.overdue(function, key, token).await?;
        }
        if around.is_forgotten {
            rows.forget(function.name, FORGOTTEN_IN_PASSING).await?;
        }
        let at = rows.now;
        rows.commit().await?;
        Ok(Answer {
            reply,
            at,
            claimed,
            overdue,
        })
    }

    async fn apply(
        &self,
        function: JoinScope<'_>,
        key: &str,
        step: Step,
        detail: Option<&str>,
    ) -> Result<bool, BackendError> {
        let mut rows = self.transaction(Access::Write).await?;
        let reply = rows.step(function, key, step, detail).await?;
        rows.commit().await?;
        Ok(reply == Reply::Recorded)
    }

    async fn due(
        &self,
        function: JoinScope<'_>,
        token: Token,
        max: usize,
    ) -> Result<Vec<EncodedClaim>, BackendError> {
        let mut rows = self.transaction(Access::Write).await?;
        rows.check(function).await?;
        let claimed = rows.sweep(function, token, max).await?;
        rows.forget(function.name, FORGOTTEN_BY_A_SWEEP).await?;
        rows.commit().await?;
        Ok(claimed)
    }

    async fn release(
        &self,
        function: JoinScope<'_>,
        token: Token,
        age: Moment,
    ) -> Result<usize, BackendError> {
        let mut rows = self.transaction(Access::Write).await?;
        rows.check(function).await?;
        let released = rows.release(function, token, age).await?;
        rows.commit().await?;
        Ok(released)
    }

    async fn len(&self, name: &str) -> Result<usize, BackendError> {
        let mut rows = self.transaction(Access::Read).await?;
        let len = rows.len(name).await?;
        rows.commit().await?;
        Ok(len)
    }

    async fn list(
        &self,
        function: JoinScope<'_>,
        which: JoinQuery<'_>,
    ) -> Result<Vec<JoinSummary>, BackendError> {
        let mut rows = self.transaction(Access::Read).await?;
        let listed = rows.list(function, which).await?;
        rows.commit().await?;
        Ok(listed)
    }
}

/// Of the host: a process that starts anew has to know what the last one meant.
fn now() -> Moment {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| Moment::try_from(since.as_millis()).unwrap_or(0))
}
