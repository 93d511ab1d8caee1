//! Joins in a file, of the processes of one host.

mod rows;

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions};

use self::rows::{Rows, failure};
use super::durable::{self, Answer, Claimed, Database, Declaration, Failure, Function};
use super::listed::{Listed, Which};
use super::state::{Moment, Reply, Step, Token};
use super::store::StoreError;

/// More than an arrival can add.
const FORGOTTEN_IN_PASSING: i64 = 4;

/// So many that others do not wait for long.
const FORGOTTEN_BY_A_SWEEP: i64 = 10_000;

/// Joins in a `SQLite` file: they survive a restart, and the processes of one host share them.
///
/// ```no_run
/// use std::time::Duration;
/// use linked_span::fan_in::{Options, Sqlite};
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
/// let ship = Ship::new(store, Options::timeout(Duration::from_secs(600)));
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
    declaration: Arc<Declaration>,
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
    /// If it cannot be opened or written.
    pub async fn open(file: impl AsRef<Path> + Send) -> Result<Self, StoreError> {
        let options = SqliteConnectOptions::new()
            .filename(file)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal);
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
        }
    }

    /// Keeps the joins under this name.
    ///
    /// Without it the name is the path of their type, `shop::orders::FulfillOrder`. Give the old path after you move or
    /// rename the function, so that its open joins stay. Give a name where the path does not tell two functions apart: two
    /// programs with a crate of one name, or two functions in blocks of one module.
    ///
    /// Under a name of yours the store compares the names of the inputs, and not their types. So give the path itself after
    /// you change a type to one that can be decoded from the stored inputs, `T` to `Option<T>`. Stop giving it once no join of
    /// the old type is left, or keep it.
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
    /// broker delivers the input again, and the store knows it.
    #[must_use]
    pub fn call_timeout(self, timeout: Duration) -> Self {
        Self {
            declaration: Arc::new(self.declaration.with_call_timeout(timeout)),
            ..self
        }
    }

    /// What [`migrate`](Self::migrate) applies, as a migration of your own.
    ///
    /// ```
    /// use linked_span::fan_in::Sqlite;
    ///
    /// assert!(Sqlite::SCHEMA.contains("CREATE TABLE IF NOT EXISTS linked_span_joins"));
    /// ```
    pub const SCHEMA: &str = include_str!("schema.sql");

    /// Makes the tables, unless there are such, and the database's journal a write-ahead log.
    ///
    /// ```no_run
    /// # use linked_span::fan_in::{Sqlite, StoreError};
    /// # async fn begin(pool: sqlx::SqlitePool) -> Result<(), StoreError> {
    /// Sqlite::new(pool).migrate().await?; // each time the program begins, or once
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// If the database refuses.
    pub async fn migrate(&self) -> Result<(), StoreError> {
        let migration = concat!("PRAGMA journal_mode = WAL;", include_str!("schema.sql"));
        // Another process may be at it, or at its joins.
        durable::again(|| async {
            let migrated = sqlx::raw_sql(migration).execute(&self.pool).await;
            migrated.map(drop).map_err(failure)
        })
        .await
        .map_err(Failure::into_error)
    }

    /// One atomic step, or several.
    async fn transaction(&self) -> Result<Rows, Failure> {
        let begun = self.pool.begin_with("BEGIN IMMEDIATE").await;
        Ok(Rows::new(begun.map_err(failure)?, now()))
    }
}

durable::store!(Sqlite);

impl Database for Sqlite {
    fn declaration(&self) -> &Declaration {
        &self.declaration
    }

    async fn inputs(&self, name: &str, inputs: &str) -> Result<String, Failure> {
        let mut rows = self.transaction().await?;
        let kept = rows.declare(name, inputs).await?;
        rows.commit().await?;
        Ok(kept)
    }

    async fn arrive(
        &self,
        function: Function<'_>,
        key: &str,
        input: u8,
        payload: &str,
        token: Token,
    ) -> Result<Answer, Failure> {
        let mut rows = self.transaction().await?;
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

    async fn tell(
        &self,
        function: Function<'_>,
        key: &str,
        step: Step,
        _detail: Option<&str>,
    ) -> Result<bool, Failure> {
        let mut rows = self.transaction().await?;
        let reply = rows.step(function, key, step).await?;
        rows.commit().await?;
        Ok(reply == Reply::Recorded)
    }

    async fn due(
        &self,
        function: Function<'_>,
        token: Token,
        max: usize,
    ) -> Result<Vec<Claimed>, Failure> {
        let mut rows = self.transaction().await?;
        let claimed = rows.sweep(function, token, max).await?;
        rows.forget(function.name, FORGOTTEN_BY_A_SWEEP).await?;
        rows.commit().await?;
        Ok(claimed)
    }

    async fn release(
        &self,
        function: Function<'_>,
        token: Token,
        age: Moment,
    ) -> Result<usize, Failure> {
        let mut rows = self.transaction().await?;
        let released = rows.release(function, token, age).await?;
        rows.commit().await?;
        Ok(released)
    }

    async fn len(&self, name: &str) -> Result<usize, Failure> {
        rows::len(&self.pool, name).await
    }

    async fn list(&self, function: Function<'_>, which: Which<'_>) -> Result<Vec<Listed>, Failure> {
        rows::list(&self.pool, function, which, now()).await
    }
}

/// Of the host: a process that starts anew has to know what the last one meant.
fn now() -> Moment {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| Moment::try_from(since.as_millis()).unwrap_or(0))
}
