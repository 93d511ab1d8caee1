//! The store in `SQLite`, for the processes of one host.

mod connection;
mod elements;
mod failure;
mod file;
mod listing;
mod lists;
mod migrations;
mod rows;
mod statements;

use std::path::Path;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqlitePool, SqlitePoolOptions};

use self::connection::{Access, Connection};
use self::file::File;
use self::rows::Rows;
use super::core::arriving_input::ArrivingInput;
use super::core::error::StoreError;
use super::core::listing::{JoinQuery, JoinSummary};
use super::core::state::{Reply, Step, Timestamp, Token};
use super::core::stored_function::StoredFunction;
use super::durable::{self, Answer, Backend, BackendError, EncodedClaim, JoinScope, StoreBinding};

/// The largest number of ended joins that an arrival removes. It adds at most one, so the number of ended joins shrinks.
const FORGOTTEN_BY_ARRIVAL: i64 = 4;

/// The largest number of ended joins that a sweep removes, so that other callers do not wait long for the lock.
const FORGOTTEN_BY_SWEEP: i64 = 10_000;

/// The largest number of an ended join's elements that an arrival of an element removes. It adds at most one.
const REMOVED_BY_ARRIVAL: usize = 16;

/// The largest number of an ended join's elements that a sweep removes.
const REMOVED_BY_SWEEP: usize = elements::BATCH_SIZE;

/// How long a migration waits before it tries again where another process has the file.
const BETWEEN_MIGRATIONS: Duration = Duration::from_millis(20);

/// Keeps joins in a `SQLite` file, which the processes of one host share.
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
/// Inputs are stored as JSON. A store serves one function, and several functions can share a file, also with other tables.
/// The store needs a tokio runtime with time and I/O enabled.
///
/// An arrival takes the same time for each element of a list. When a join ends, the call removes at most 500 elements. Sweeps and
/// arrivals of other elements remove the rest.
///
/// The file must be on a local disk, because processes share its write-ahead log through memory. Times come from the host's
/// clock. With `PRAGMA synchronous = FULL` (the default), acknowledged inputs survive a power loss. With `NORMAL`, they
/// survive only the end of a process.
#[derive(Clone, Debug)]
pub struct Sqlite {
    pool: SqlitePool,
    declaration: Arc<StoreBinding>,
    file: Arc<OnceLock<Arc<File>>>,
    clock: fn() -> Timestamp,
}

impl Sqlite {
    /// Opens a file, creates it if necessary, and migrates its tables.
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
    /// - [`StoreError::Misconfigured`] if the folder does not exist, the file or its folder is not writable, the file is not a
    ///   database, the database is in memory, or this release cannot use its tables. The text names the fix.
    /// - [`StoreError::Failed`] if the file stays locked for 10 s, or the disk fails.
    pub async fn open(file: impl AsRef<Path> + Send) -> Result<Self, StoreError> {
        let options = SqliteConnectOptions::new()
            .filename(file)
            .create_if_missing(true);
        // One connection is fastest: SQLite has one writer at a time. A task that waits for the pool is woken, but a
        // connection that waits for the file's lock polls.
        let pool = SqlitePoolOptions::new().max_connections(1);
        let store = Self::new(pool.connect_lazy_with(options));
        store.migrate().await?;
        Ok(store)
    }

    /// Uses the pool of an existing database.
    ///
    /// Create the tables with [`migrate`](Self::migrate), or apply [`SCHEMA`](Self::SCHEMA) and [`SCHEMA_2`](Self::SCHEMA_2) in
    /// migrations of your own. One connection is best for joins alone: more connections wait longer for the file's lock.
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
            clock: Timestamp::now,
        }
    }

    /// Stores the joins under this name.
    ///
    /// The default is the path of the generated type, `shop::orders::FulfillOrder`. Set the old path after you move or rename
    /// the function, so that its open joins stay. Set a name if two functions have the same path: in two programs whose crates
    /// have one name, or in two blocks of one module.
    ///
    /// Under an explicit name, the store compares the names of the inputs, but not their types. So set the current path after
    /// you change a type to one that can decode the stored inputs, such as `T` to `Option<T>`. Keep the name from then on,
    /// because the store keeps the types of the first declaration.
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

    /// Sets the timeout of a call, including its retries; the default is 10 s.
    ///
    /// A call that takes longer returns an error, and an arrival returns its input. The call may still have taken effect: when
    /// the broker redelivers the input, the store recognizes it. The timeout includes the wait for a pooled connection and for
    /// the file's lock.
    #[must_use]
    pub fn call_timeout(self, timeout: Duration) -> Self {
        Self {
            declaration: Arc::new(self.declaration.with_call_timeout(timeout)),
            ..self
        }
    }

    /// Sets another clock than the host's, in milliseconds of the Unix epoch.
    #[doc(hidden)]
    #[must_use]
    pub fn clock(self, clock: fn() -> Timestamp) -> Self {
        Self { clock, ..self }
    }

    /// The first version of the tables, for a migration of your own.
    ///
    /// ```
    /// use linked_span::fan_in::Sqlite;
    ///
    /// assert!(Sqlite::SCHEMA.contains("CREATE TABLE IF NOT EXISTS linked_span_joins"));
    /// ```
    ///
    /// A migration after it applies [`SCHEMA_2`](Self::SCHEMA_2).
    pub const SCHEMA: &str = migrations::SCHEMA;

    /// The second version of the tables, for a migration of your own after [`SCHEMA`](Self::SCHEMA).
    ///
    /// It adds the tables of lists.
    ///
    /// ```
    /// use linked_span::fan_in::Sqlite;
    ///
    /// assert!(Sqlite::SCHEMA_2.contains("CREATE TABLE linked_span_elements"));
    /// ```
    pub const SCHEMA_2: &str = migrations::SCHEMA_2;

    /// Creates or updates the tables, and enables the database's write-ahead log.
    ///
    /// ```no_run
    /// # use linked_span::fan_in::{Sqlite, StoreError};
    /// # async fn begin(pool: sqlx::SqlitePool) -> Result<(), StoreError> {
    /// Sqlite::new(pool).migrate().await?; // at each start of the program, or once
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// Any number of processes can call it at once. It writes nothing if the tables have the right version.
    ///
    /// A release also works with tables that a newer release has updated, unless the newer release excludes it. So both can run
    /// during a rolling deploy, and the old one after a rollback. The version is in the crate's own table,
    /// `linked_span_versions`, which does not collide with your migrations.
    ///
    /// # Errors
    ///
    /// The errors of [`open`](Self::open). It waits for a lock for at most the [call timeout](Self::call_timeout).
    pub async fn migrate(&self) -> Result<(), StoreError> {
        let bound = self.declaration.call_timeout();
        let mut locked = None;
        let migrated = tokio::time::timeout(bound, async {
            loop {
                // Another process may hold a lock. SQLite's busy timeout does not cover a change of the journal.
                match self.migrate_once().await {
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

    /// Migrates, and notes which file it was: a file that is removed before the first call is then known to be lost.
    async fn migrate_once(&self) -> Result<(), BackendError> {
        self.call(async {
            migrations::migrate(&self.pool).await?;
            self.transaction(Access::Read).await?.commit().await
        })
        .await
    }

    /// Returns the functions with joins in the file, ordered by name.
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
        let list = || {
            self.call(async {
                let mut rows = self.transaction(Access::Read).await?;
                let functions = rows.functions().await?;
                rows.commit().await?;
                Ok(functions)
            })
        };
        durable::functions(self, list).await
    }

    /// Runs a call, and reports a removed or replaced file instead of any other error.
    ///
    /// A pool opens the file again after an error, or for a second connection. It finds no file, or creates an empty one:
    /// an error about a folder or a missing table would hide that joins were lost.
    async fn call<T>(
        &self,
        call: impl Future<Output = Result<T, BackendError>>,
    ) -> Result<T, BackendError> {
        let explain = |error| match self.file.get() {
            Some(file) if !file.is_in_place() => file.lost(),
            _ => error,
        };
        call.await.map_err(explain)
    }

    /// Begins a transaction.
    async fn transaction(&self, access: Access) -> Result<Rows, BackendError> {
        let mut rows = self.rows().await?;
        rows.begin(access).await?;
        Ok(rows)
    }

    /// Borrows a connection for a call whose first statement begins the transaction.
    async fn rows(&self) -> Result<Rows, BackendError> {
        let mut connection = Connection::acquire(&self.pool).await?;
        let file = if let Some(file) = self.file.get() {
            file
        } else {
            let file = File::of(&mut connection).await?;
            self.file.get_or_init(|| Arc::new(file))
        };
        Ok(Rows::new(connection, Arc::clone(file), self.clock))
    }
}

durable::store!(Sqlite);

impl Backend for Sqlite {
    fn declaration(&self) -> &StoreBinding {
        &self.declaration
    }

    async fn inputs(&self, name: &str, inputs: &str) -> Result<String, BackendError> {
        self.call(async {
            let mut rows = self.transaction(Access::Write).await?;
            let kept = rows.declare(name, inputs).await?;
            rows.commit().await?;
            Ok(kept)
        })
        .await
    }

    async fn arrive(
        &self,
        function: JoinScope<'_>,
        key: &str,
        input: ArrivingInput<'_>,
        payload: &str,
        token: Token,
    ) -> Result<Answer, BackendError> {
        self.call(async {
            let mut rows = self.rows().await?;
            let (stepped, other_work) = rows.arrive(function, key, input, payload, token).await?;
            let then = other_work.then();
            let claimed = rows.claimed(function, key, &stepped, then).await?;
            let mut overdue = None;
            if other_work.is_overdue {
                overdue = rows.overdue(function, key, token).await?;
            }
            if other_work.is_forgotten {
                rows.forget(function.name, FORGOTTEN_BY_ARRIVAL).await?;
            }
            if other_work.has_leftovers {
                rows.remove_leftovers(REMOVED_BY_ARRIVAL).await?;
            }
            let (at, parked) = (rows.now, rows.parked.attempts);
            rows.commit().await?;
            self.has_parked(parked);
            Ok(Answer {
                reply: stepped.reply,
                at,
                claimed,
                overdue,
            })
        })
        .await
    }

    async fn apply(
        &self,
        function: JoinScope<'_>,
        key: &str,
        step: Step,
        detail: Option<&str>,
    ) -> Result<bool, BackendError> {
        self.call(async {
            let mut rows = self.rows().await?;
            let reply = rows.apply(function, key, step, detail).await?;
            rows.commit().await?;
            Ok(reply == Reply::Recorded)
        })
        .await
    }

    async fn due(
        &self,
        function: JoinScope<'_>,
        token: Token,
        max: usize,
    ) -> Result<Vec<EncodedClaim>, BackendError> {
        self.call(async {
            let mut rows = self.transaction(Access::Write).await?;
            rows.check(function).await?;
            let claimed = rows.sweep(function, token, max).await?;
            rows.forget(function.name, FORGOTTEN_BY_SWEEP).await?;
            if !function.policy.lists.is_empty() {
                rows.remove_leftovers(REMOVED_BY_SWEEP).await?;
            }
            let parked = rows.parked.attempts;
            rows.commit().await?;
            self.has_parked(parked);
            Ok(claimed)
        })
        .await
    }

    async fn release(
        &self,
        function: JoinScope<'_>,
        token: Token,
        age: Duration,
    ) -> Result<usize, BackendError> {
        self.call(async {
            let mut rows = self.transaction(Access::Write).await?;
            rows.check(function).await?;
            let released = rows.release(function, token, age).await?;
            rows.commit().await?;
            Ok(released)
        })
        .await
    }

    async fn len(&self, name: &str) -> Result<usize, BackendError> {
        self.call(async {
            let mut rows = self.transaction(Access::Read).await?;
            let len = rows.len(name).await?;
            rows.commit().await?;
            Ok(len)
        })
        .await
    }

    async fn list(
        &self,
        function: JoinScope<'_>,
        which: JoinQuery<'_>,
    ) -> Result<Vec<JoinSummary>, BackendError> {
        self.call(async {
            let mut rows = self.transaction(Access::Read).await?;
            let listed = rows.list(function, which).await?;
            rows.commit().await?;
            Ok(listed)
        })
        .await
    }
}
