//! Joins in a server that many hosts reach.

mod failure;
mod looks;
mod queries;
mod read;

use std::sync::Arc;
use std::time::Duration;

use sqlx::postgres::{PgConnection, PgPool};

use self::failure::failure;
use self::looks::Looks;
use self::queries::Arriving;
use super::durable::{self, Answer, Claimed, Database, Declaration, Failure, Function};
use super::listed::{Listed, Which};
use super::state::{Moment, Settlement, Step, Token};
use super::store::StoreError;

/// Joins in a `PostgreSQL` database, which the processes of many hosts share.
///
/// ```no_run
/// use std::time::Duration;
/// use linked_span::fan_in::{Options, Postgres};
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
/// # async fn begin(pool: sqlx::PgPool) -> Result<(), linked_span::fan_in::StoreError> {
/// let store = Postgres::new(pool);
/// store.migrate().await?;
/// let ship = Ship::new(store, Options::timeout(Duration::from_secs(600)));
/// # Ok(())
/// # }
/// ```
///
/// Inputs are kept as JSON, keys as bytes, of which `convert_from(key, 'UTF8')` makes text. A store serves one function;
/// several functions, and whatever else is in the database, may share one. The clock is the server's. It needs a tokio
/// runtime, with time and I/O enabled.
///
/// Every call is one statement, which commits by itself: no transaction is open while a body runs. It is one round trip if
/// the pool is built with `test_before_acquire(false)`, and two if not; a connection that was lost is noticed either way, and
/// the call made again on another. An arrival takes a second statement where its input is not simply kept, since it has come
/// before or too late, or the join is somebody's or has ended; where another join is due; and every ten seconds, to look for
/// such. No key may be longer than what an index takes, which is about 2,600 bytes.
///
/// What was acknowledged is as safe as the server keeps what was committed: with `synchronous_commit = off`, the end of the
/// server loses the last moments. A lost input leaves its join incomplete, and it expires; a lost success is run again.
#[derive(Clone, Debug)]
pub struct Postgres {
    pool: PgPool,
    declaration: Arc<Declaration>,
    looks: Arc<Looks>,
}

impl Postgres {
    /// In a database of yours, whose tables [`migrate`](Self::migrate) makes, or a migration of yours that applies
    /// [`SCHEMA`](Self::SCHEMA).
    ///
    /// ```no_run
    /// use linked_span::fan_in::Postgres;
    /// use sqlx::postgres::PgPoolOptions;
    ///
    /// # async fn begin() -> Result<(), Box<dyn std::error::Error>> {
    /// let pool = PgPoolOptions::new().test_before_acquire(false).connect("postgres://localhost/shop").await?;
    /// let store = Postgres::new(pool);
    /// store.migrate().await?;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn new(pool: PgPool) -> Self {
        Self {
            pool,
            declaration: Arc::default(),
            looks: Arc::default(),
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
    /// # use linked_span::fan_in::Postgres;
    /// # fn begin(pool: sqlx::PgPool) {
    /// let store = Postgres::new(pool).named("shop::orders::FulfillOrder");
    /// # }
    /// ```
    #[must_use]
    pub fn named(self, name: impl Into<String>) -> Self {
        Self {
            pool: self.pool,
            declaration: Arc::new(self.declaration.with_name(name.into())),
            looks: Arc::default(),
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
    pub const SCHEMA: &str = include_str!("schema.sql");

    /// Makes the tables, unless there are such, in the first schema of the connections' `search_path`. Processes that begin
    /// at once wait for each other.
    ///
    /// # Errors
    ///
    /// If the database refuses.
    pub async fn migrate(&self) -> Result<(), StoreError> {
        // All of one call is one transaction, at the end of which the lock is let go of. The number is "linkspan".
        let migration = concat!(
            "SELECT pg_advisory_xact_lock(7811896436428136814);",
            include_str!("schema.sql")
        );
        let migrated = sqlx::raw_sql(migration).execute(&self.pool).await;
        migrated.map_err(|error| StoreError::Failed(error.into()))?;
        Ok(())
    }
}

durable::store!(Postgres);

impl Database for Postgres {
    fn declaration(&self) -> &Declaration {
        &self.declaration
    }

    async fn inputs(&self, name: &str, inputs: &str) -> Result<String, Failure> {
        let kept = queries::inputs(name, inputs).fetch_one(&self.pool).await;
        read::inputs(&kept.map_err(failure)?)
    }

    async fn arrive(
        &self,
        function: Function<'_>,
        key: &str,
        input: u8,
        payload: &str,
        token: Token,
    ) -> Result<Answer, Failure> {
        let arriving = Arriving {
            function,
            key,
            input,
            payload,
            token,
        };
        let mut connection = self.pool.acquire().await.map_err(failure)?;
        let looks = self.looks.is_time(function.rules);
        let (mut answer, others_are_due) = arrive(&mut connection, arriving, looks).await?;
        if others_are_due {
            self.looks.again();
            // The input has arrived all the same: whoever comes next looks after them.
            answer.overdue = pass(&mut connection, arriving).await.unwrap_or(None);
        }
        Ok(answer)
    }

    async fn tell(
        &self,
        function: Function<'_>,
        key: &str,
        step: Step,
        _detail: Option<&str>,
    ) -> Result<bool, Failure> {
        let Some(tell) = queries::tell(function, key, step) else {
            return Ok(false);
        };
        let told = tell.execute(&self.pool).await.map_err(failure)?;
        if lets_go(step) {
            self.looks.again();
        }
        Ok(told.rows_affected() > 0)
    }

    async fn due(
        &self,
        function: Function<'_>,
        token: Token,
        max: usize,
    ) -> Result<Vec<Claimed>, Failure> {
        let due = queries::due(function, token, max);
        let rows = due.fetch_all(&self.pool).await.map_err(failure)?;
        let claimed = rows.iter().map(|row| read::claimed(row, function.rules));
        claimed.collect()
    }

    async fn release(
        &self,
        function: Function<'_>,
        token: Token,
        age: Moment,
    ) -> Result<usize, Failure> {
        let release = queries::release(function, token, age);
        let released = release.execute(&self.pool).await.map_err(failure)?;
        self.looks.again();
        Ok(usize::try_from(released.rows_affected()).unwrap_or(usize::MAX))
    }

    async fn len(&self, name: &str) -> Result<usize, Failure> {
        let counted = queries::len(name).fetch_one(&self.pool).await;
        read::len(&counted.map_err(failure)?)
    }

    async fn list(&self, function: Function<'_>, which: Which<'_>) -> Result<Vec<Listed>, Failure> {
        let list = queries::list(function.name, which);
        let rows = list.fetch_all(&self.pool).await.map_err(failure)?;
        let listed = rows.iter().map(|row| read::listed(row, function.rules));
        listed.collect()
    }
}

/// Whether the join may be due at once.
fn lets_go(step: Step) -> bool {
    use Settlement::{Failed, NotBegun, NotHandedOver};
    match step {
        Step::Settle { settlement, .. } => matches!(settlement, Failed | NotBegun | NotHandedOver),
        Step::Retry => true,
        _ => false,
    }
}

/// What that has come to, and whether there is something to do at other joins.
async fn arrive(
    connection: &mut PgConnection,
    arriving: Arriving<'_>,
    looks: bool,
) -> Result<(Answer, bool), Failure> {
    let taken = queries::take(arriving, looks).fetch_optional(&mut *connection);
    if let Some(row) = taken.await.map_err(failure)? {
        return Ok((read::taken(&row, arriving)?, read::others_are_due(&row)?));
    }
    let arrived = queries::arrive(arriving).fetch_one(connection).await;
    let row = arrived.map_err(failure)?;
    let answer = read::arrived(&row, arriving.function.rules)?;
    Ok((answer, read::others_are_due(&row)?))
}

/// Looks after other joins: which of them the caller then holds.
async fn pass(
    connection: &mut PgConnection,
    arriving: Arriving<'_>,
) -> Result<Option<Claimed>, Failure> {
    let found = queries::pass(arriving).fetch_optional(connection).await;
    let overdue = found.map_err(failure)?;
    let claimed = |row| read::claimed(&row, arriving.function.rules);
    overdue.map(claimed).transpose()
}
