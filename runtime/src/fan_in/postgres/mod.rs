//! Joins in a server that many hosts reach.

mod argument;
mod failure;
mod lease;
mod looks;
mod migrations;
mod pooler;
mod queries;
mod read;
mod schema;
mod server;

use std::sync::Arc;
use std::time::Duration;

use sqlx::postgres::PgPool;

use self::looks::Looks;
use self::queries::Arriving;
use self::server::{Server, patience};
use super::core::listing::{JoinQuery, JoinSummary};
use super::core::state::{Moment, Settlement, Step, Token};
use super::core::store::StoreError;
use super::core::stored_function::StoredFunction;
use super::durable::{self, Answer, Backend, BackendError, EncodedClaim, JoinScope, StoreBinding};

/// Joins in a `PostgreSQL` database, which the processes of many hosts share.
///
/// ```no_run
/// use std::time::Duration;
/// use linked_span::fan_in::{JoinOptions, Postgres};
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
/// let ship = Ship::new(store, JoinOptions::timeout(Duration::from_secs(600)));
/// # Ok(())
/// # }
/// ```
///
/// Inputs are kept as JSON, keys as bytes, of which `convert_from(key, 'UTF8')` makes text. A store serves one function;
/// several functions, and other tables, may share a database. The clock is the server's. It needs `PostgreSQL` 12 or newer,
/// and a tokio runtime, with time and I/O enabled.
///
/// # Calls
///
/// Each call is one `CALL` of a procedure, which commits by itself: no transaction is open while a body runs. It is one round
/// trip if the pool is built with `test_before_acquire(false)`, and two if not. A call on a lost connection is made again on
/// another one. An arrival makes a second call where another join is overdue, and every ten seconds to look for such joins.
///
/// A call takes at most the [`call_timeout`](Self::call_timeout), 10 s unless set, with the wait for a connection of the
/// pool, the wait for a lock, and all retries. The connection of a call that failed or was dropped is closed, so that
/// the next call does not wait for its answer.
///
/// # Poolers
///
/// The store works behind `PgBouncer` in transaction mode, and behind other poolers that give each transaction another
/// connection. At the first call it finds out whether there is one, for which it opens two connections of its own. Without a
/// pooler it binds arguments to prepared statements; with one, or where it is in doubt, it writes them into the statement as
/// literals. [`prepared_statements`](Self::prepared_statements) says which, and nothing is tried. The tables' schema is named
/// by [`schema`](Self::schema), since poolers do not keep a `search_path`.
///
/// `PgBouncer` before 1.20 refuses a connection of sqlx, unless its `ignore_startup_parameters` has `extra_float_digits` or
/// the pool's options have `extra_float_digits(None)`.
///
/// # What is refused
///
/// The first call is an error, and so is [`migrate`](Self::migrate), that says what to do: for a read-only replica, a role
/// without rights, missing tables, and tables of a release that this one cannot work with.
///
/// No key may be longer than what an index takes, which is about 2,600 bytes, and no input than 16 MiB as JSON. These, and a
/// character that the database's encoding does not have, are [`StoreError::Unencodable`].
///
/// What was acknowledged is as safe as the server keeps what was committed: with `synchronous_commit = off`, the end of the
/// server loses the last moments. A lost input leaves its join incomplete, and it expires; a lost success is run again. A
/// standby that replicates asynchronously lacks the last moments too, when it takes over.
#[derive(Clone, Debug)]
pub struct Postgres {
    server: Arc<Server>,
    declaration: Arc<StoreBinding>,
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
            server: Arc::new(Server::new(pool)),
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
            server: self.server,
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

    /// Names the schema of the tables, for [`migrate`](Self::migrate) and for each call; the `search_path` of the
    /// connections has no part in it then.
    ///
    /// ```no_run
    /// # use linked_span::fan_in::Postgres;
    /// # fn begin(pool: sqlx::PgPool) {
    /// let store = Postgres::new(pool).schema("shipping");
    /// # }
    /// ```
    #[must_use]
    pub fn schema(self, schema: impl AsRef<str>) -> Self {
        Self {
            server: Arc::new(self.server.with_schema(schema.as_ref())),
            ..self
        }
    }

    /// Says whether the store may use prepared statements, which it otherwise finds out at the first call.
    ///
    /// `false` is right everywhere, and up to 1.6 times slower. `true` is right on a connection that nothing stands between,
    /// and behind a pooler in session mode.
    ///
    /// ```no_run
    /// # use linked_span::fan_in::Postgres;
    /// # fn begin(pool: sqlx::PgPool) {
    /// let store = Postgres::new(pool).prepared_statements(false);
    /// # }
    /// ```
    #[must_use]
    pub fn prepared_statements(self, are_used: bool) -> Self {
        Self {
            server: Arc::new(self.server.with_prepared_statements(are_used)),
            ..self
        }
    }

    /// The tables and procedures that [`migrate`](Self::migrate) makes, as a migration of your own.
    ///
    /// They are made in the first schema of the `search_path`. It may be applied again.
    pub const SCHEMA: &str = schema::SCHEMA;

    /// Makes the tables and procedures that are missing, in the [`schema`](Self::schema) or else in the first one of the
    /// connections' `search_path`.
    ///
    /// Processes that begin at once wait for each other. Where a release of this version or of a newer one was here before,
    /// it changes nothing and needs no right to create. Each migration only adds, so that releases may run side by side. The
    /// table `linked_span_versions` has a row for each: its `lowest` is the oldest version that may still use the tables.
    ///
    /// It waits at most the [`call_timeout`](Self::call_timeout) for a lock.
    ///
    /// # Errors
    ///
    /// [`StoreError::Misconfigured`] if the role may not create the tables, if the server takes no writes, or if the tables
    /// are for newer releases only; [`StoreError::Failed`] if the server does not answer, or for a lock that another
    /// transaction keeps.
    pub async fn migrate(&self) -> Result<(), StoreError> {
        let patience = self.patience();
        let migrated = durable::with_retry(|| migrations::migrate(&self.server, &patience));
        migrated.await.map_err(BackendError::into_error)
    }

    /// Returns the functions whose joins the database keeps, in the order of their names.
    ///
    /// ```no_run
    /// # use linked_span::fan_in::{Postgres, StoreError};
    /// # async fn report(store: Postgres) -> Result<(), StoreError> {
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
            let functions = queries::functions();
            read::functions(&self.server.call(&functions).await?)
        };
        durable::functions(self, list).await
    }

    fn patience(&self) -> String {
        patience(self.declaration.call_timeout())
    }
}

/// The longest input. Twelve of them, each character escaped, are less than the server puts into one answer.
const LONGEST: usize = 16 << 20;

/// How long an arrival that is done looks after other joins.
const BESIDES: Duration = Duration::from_secs(1);

durable::store!(Postgres);

impl Backend for Postgres {
    fn declaration(&self) -> &StoreBinding {
        &self.declaration
    }

    async fn inputs(&self, name: &str, inputs: &str) -> Result<String, BackendError> {
        Box::pin(migrations::check(&self.server)).await?;
        let patience = self.patience();
        let declare = queries::declare(&patience, name, inputs);
        read::inputs(&self.server.call(&declare).await?)
    }

    async fn arrive(
        &self,
        function: JoinScope<'_>,
        key: &str,
        input: u8,
        payload: &str,
        token: Token,
    ) -> Result<Answer, BackendError> {
        if payload.len() > LONGEST {
            let longer = format!("an input has {LONGEST} bytes at most, as JSON");
            return Err(BackendError::Unencodable(longer.into()));
        }
        let patience = self.patience();
        let arriving = Arriving {
            function,
            key,
            input,
            payload,
            token,
            patience: &patience,
        };
        let looks = self.looks.is_time(function.rules);
        let arrive = queries::arrive(arriving, looks);
        let row = self.server.call(&arrive).await?;
        let mut answer = read::arrived(&row, key, function.rules)?;
        if read::others_are_due(&row)? {
            self.looks.with_retry();
            // The input has arrived even if this fails: the next arrival looks after the others.
            let overdue = Box::pin(self.claim_expired(arriving));
            let overdue = tokio::time::timeout(BESIDES, overdue).await;
            answer.overdue = overdue.ok().and_then(Result::ok).flatten();
        }
        Ok(answer)
    }

    async fn apply(
        &self,
        function: JoinScope<'_>,
        key: &str,
        step: Step,
        detail: Option<&str>,
    ) -> Result<bool, BackendError> {
        let patience = self.patience();
        let tell = async |detail: Option<&str>| match queries::apply(
            function, &patience, key, step, detail,
        ) {
            Some(tell) => read::is_recorded(&self.server.call(&tell).await?),
            None => Ok(false),
        };
        let told = match tell(detail).await {
            // The encoding does not have a character of the detail, which must not keep the join from being parked.
            Err(BackendError::Unencodable(_)) if detail.is_some() => {
                tell(detail.map(plain).as_deref()).await?
            }
            told => told?,
        };
        if lets_go(step) {
            self.looks.with_retry();
        }
        Ok(told)
    }

    async fn due(
        &self,
        function: JoinScope<'_>,
        token: Token,
        max: usize,
    ) -> Result<Vec<EncodedClaim>, BackendError> {
        let patience = self.patience();
        let claim = queries::claim_due(function, &patience, token, max);
        read::due(&self.server.call(&claim).await?, function.rules)
    }

    async fn release(
        &self,
        function: JoinScope<'_>,
        token: Token,
        age: Moment,
    ) -> Result<usize, BackendError> {
        let patience = self.patience();
        let release = queries::release_claims(function, &patience, token, age);
        let released = read::released(&self.server.call(&release).await?)?;
        self.looks.with_retry();
        Ok(released)
    }

    async fn len(&self, name: &str) -> Result<usize, BackendError> {
        let count = queries::count_of(name);
        read::len(&self.server.call(&count).await?)
    }

    async fn list(
        &self,
        function: JoinScope<'_>,
        which: JoinQuery<'_>,
    ) -> Result<Vec<JoinSummary>, BackendError> {
        let list = queries::list(function, which);
        read::listed(&self.server.call(&list).await?, function.rules)
    }
}

impl Postgres {
    /// Looks after other joins: which of them the caller then holds.
    async fn claim_expired(
        &self,
        arriving: Arriving<'_>,
    ) -> Result<Option<EncodedClaim>, BackendError> {
        let claim = queries::claim_expired(arriving);
        read::overdue(&self.server.call(&claim).await?, arriving.function.rules)
    }
}

/// The text in characters that each encoding has.
fn plain(text: &str) -> String {
    let plain = |character: char| match character {
        ' '..='~' => character,
        _ => '?',
    };
    text.chars().map(plain).collect()
}

/// Whether the join may be due at once.
fn lets_go(step: Step) -> bool {
    use Settlement::{ExpiryFailed, Failed, Released};
    match step {
        Step::Settle { settlement, .. } => matches!(settlement, Failed | Released | ExpiryFailed),
        Step::Retry => true,
        _ => false,
    }
}
