//! The store in `PostgreSQL`, for the processes of many hosts.

mod argument;
mod call;
mod columns;
mod due_search;
mod failure;
mod lease;
mod migrations;
mod own;
mod places;
mod pooler;
mod queries;
mod read;
mod read_rows;
mod rows;
mod schema;
mod server;
mod statement;

use std::sync::Arc;
use std::time::Duration;

use sqlx::postgres::PgPool;

use self::call::Arriving;
use self::due_search::DueSearch;
use self::rows::are_rows;
use self::server::Server;
use super::core::arriving_input::ArrivingInput;
use super::core::error::StoreError;
use super::core::listing::{JoinQuery, JoinSummary};
use super::core::state::{Reply, Settlement, Step, Token};
use super::core::stored_function::StoredFunction;
use super::durable::{
    self, Answer, Backend, BackendError, EncodedClaim, EncodedInput, JoinScope, StoreBinding,
};

/// Keeps joins in a `PostgreSQL` database, which the processes of many hosts share.
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
/// Inputs are stored as JSON, and keys as bytes: `convert_from(key, 'UTF8')` converts a key to text. A store serves one
/// function, and several functions can share a database. Times come from the server's clock. The store needs `PostgreSQL` 12
/// or newer, and a tokio runtime with time and I/O enabled.
///
/// # Calls
///
/// Each call commits by itself: no transaction is open while a body runs. A call takes one round trip, and a second one for a
/// rare case, such as an input that came before. An arrival also makes a second call if another join is overdue, and once every
/// ten seconds to search for such joins. A call on a lost connection is retried on another one.
///
/// A call takes at most the [`call_timeout`](Self::call_timeout), 10 s by default, including the wait for a connection and for
/// locks, and all retries. The connection of a failed or dropped call is closed, so that the next call does not wait for its
/// answer.
///
/// # Connections
///
/// The store opens up to four connections of its own, in addition to those of the pool. No other code can leave them inside a
/// transaction, so a call is a plain statement. Call [`own_connections`](Self::own_connections) to change their number, or to
/// have none. All stores of one pool share them.
///
/// The first call that needs a connection opens it, with the pool's current options. The store closes it after the pool's
/// `idle_timeout` or `max_lifetime`, and when the pool is closed.
///
/// The store borrows connections of the pool instead:
///
/// - behind a pooler;
/// - if the role or the database has a connection limit;
/// - if a hook of the pool changes the role, the `search_path` or `synchronous_commit`;
/// - while the server has no connection left.
///
/// On such a connection each call is a `CALL` of a procedure, which first makes sure that no transaction is open. It takes one
/// round trip if the pool is built with `test_before_acquire(false)`, else two.
///
/// # Poolers
///
/// The store works behind `PgBouncer` in transaction mode, and behind other poolers that assign a connection per transaction.
/// At the first call it detects a pooler, and opens two extra connections for that. With a pooler, or in doubt, it writes
/// arguments as literals instead of preparing statements.
///
/// Call [`prepared_statements`](Self::prepared_statements) to skip the detection. Call [`schema`](Self::schema) to name the
/// schema of the tables, because poolers do not keep a `search_path`.
///
/// `PgBouncer` before 1.20 rejects sqlx's connections, unless its `ignore_startup_parameters` contains `extra_float_digits`,
/// or the pool's options set `extra_float_digits(None)`.
///
/// # Lists
///
/// An element of a list is a row, so that a thousand elements cost a thousand equal arrivals. An arrival that completes a join
/// reads its inputs with further calls, 500 at a time; so does a sweep. Repeated elements and late ones take a second round
/// trip.
///
/// The elements of one join wait for each other, because each updates the join's row. One join takes about 900 elements a
/// second from 64 connections.
///
/// # Errors at the first call
///
/// The first call and [`migrate`](Self::migrate) fail for a read-only replica, a role without rights, missing tables, and
/// tables that this release cannot use. The error names the fix.
///
/// # Limits
///
/// A key and an element's identity can have about 2,600 bytes each, the limit of an index. An input can have 16 MiB as JSON.
/// What is longer, or has a character outside the database's encoding, is [`StoreError::Unencodable`].
///
/// Acknowledged inputs are as durable as the server's commits. With `synchronous_commit = off`, a crash of the server loses
/// the last commits; so does a failover to an asynchronous standby. A lost input leaves its join incomplete until it expires.
/// A lost success makes the body run again.
#[derive(Clone, Debug)]
pub struct Postgres {
    server: Arc<Server>,
    declaration: Arc<StoreBinding>,
    due_search: Arc<DueSearch>,
}

impl Postgres {
    /// Uses the pool of an existing database.
    ///
    /// Create the tables with [`migrate`](Self::migrate), or apply [`SCHEMA`](Self::SCHEMA) in your own migration.
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
        let declaration = StoreBinding::default();
        Self {
            server: Arc::new(Server::new(pool, declaration.call_timeout())),
            declaration: Arc::new(declaration),
            due_search: Arc::default(),
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
            due_search: Arc::default(),
        }
    }

    /// Sets the timeout of a call, including its retries; the default is 10 s.
    ///
    /// A call that takes longer returns an error, and an arrival returns its input. The call may still have taken effect: when
    /// the broker redelivers the input, the store recognizes it.
    #[must_use]
    pub fn call_timeout(self, timeout: Duration) -> Self {
        Self {
            server: Arc::new(self.server.with_call_timeout(timeout)),
            declaration: Arc::new(self.declaration.with_call_timeout(timeout)),
            ..self
        }
    }

    /// Sets the schema of the tables, for [`migrate`](Self::migrate) and for each call.
    ///
    /// The default is the `search_path` of the connections.
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

    /// Sets whether the store uses prepared statements, instead of detecting a pooler at the first call.
    ///
    /// `false` works everywhere, and is up to 1.6 times slower. `true` needs a direct connection, or a pooler in session mode.
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

    /// Sets the largest number of connections of the store's own.
    ///
    /// The default is 4, or the pool's `max_connections` if that is less. With 0, each call borrows a connection of the pool,
    /// which takes the server up to 1.7 times as long.
    ///
    /// ```no_run
    /// # use linked_span::fan_in::Postgres;
    /// # fn begin(pool: sqlx::PgPool) {
    /// let store = Postgres::new(pool).own_connections(10);
    /// # }
    /// ```
    #[must_use]
    pub fn own_connections(self, max: u32) -> Self {
        Self {
            server: Arc::new(self.server.with_own_connections(max)),
            ..self
        }
    }

    /// The statements that create the tables and procedures, for your own migration.
    ///
    /// They use the first schema of the `search_path`, and can be applied repeatedly: a newer release adds what is missing.
    /// So make one more migration of them when you change to a release with another version.
    pub const SCHEMA: &str = schema::SCHEMA;

    /// Creates the missing tables and procedures.
    ///
    /// It uses the [`schema`](Self::schema), or the first schema of the connections' `search_path`. Concurrent processes wait
    /// for each other, each for at most the [`call_timeout`](Self::call_timeout). If the tables have this version or a newer
    /// one, it changes nothing and needs no right to create.
    ///
    /// A migration only adds, so that two releases can run side by side. The table `linked_span_versions` has a row for each
    /// migration; its `lowest` is the oldest version that may still use the tables.
    ///
    /// # Errors
    ///
    /// - [`StoreError::Misconfigured`] if the role may not create the tables, the server rejects writes, or the tables need a
    ///   newer release.
    /// - [`StoreError::Failed`] if the server does not answer, or another transaction holds the lock.
    pub async fn migrate(&self) -> Result<(), StoreError> {
        let migrated = durable::with_retry(|| migrations::migrate(&self.server));
        migrated.await.map_err(BackendError::into_error)
    }

    /// Returns the functions with joins in the database, ordered by name.
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
}

/// The longest input in bytes. Twelve inputs with every character escaped fit into one answer of the server.
const MAX_INPUT: usize = 16 << 20;

/// The time limit for removing what ended joins have left.
const REMOVE_TIMEOUT: Duration = Duration::from_secs(1);

/// The time limit for claiming another join, after the input of an arrival was stored.
const CLAIM_EXPIRED_TIMEOUT: Duration = Duration::from_secs(1);

durable::store!(Postgres);

impl Backend for Postgres {
    fn declaration(&self) -> &StoreBinding {
        &self.declaration
    }

    async fn inputs(&self, name: &str, inputs: &str) -> Result<String, BackendError> {
        Box::pin(migrations::check(&self.server)).await?;
        let lock_timeout = self.server.lock_timeout();
        let declare = queries::declare(lock_timeout, name, inputs);
        read::inputs(&self.server.call(&declare).await?)
    }

    async fn arrive(
        &self,
        function: JoinScope<'_>,
        key: &str,
        input: ArrivingInput<'_>,
        payload: &str,
        token: Token,
    ) -> Result<Answer, BackendError> {
        if payload.len() > MAX_INPUT {
            let longer = format!("the input is longer than {MAX_INPUT} bytes as JSON");
            return Err(BackendError::Unencodable(longer.into()));
        }
        let lock_timeout = self.server.lock_timeout();
        let arriving = Arriving {
            function,
            key,
            input,
            payload,
            token,
            lock_timeout,
        };
        let searches = self.due_search.is_time(function.policy);
        let arrive = queries::arrive(arriving, searches);
        let row = self.server.call(&arrive).await?;
        let mut answer = read::arrived(&row, key, function.policy)?;
        if answer.reply == Reply::Parked && read::has_parked(&row)? {
            self.has_parked(1);
        }
        if let Some(claim) = answer.claimed.take() {
            let claim = self.with_rows(function, claim, token).await?;
            answer.claimed = Some(claim.ok_or_else(lost_claim)?);
        }
        if read::others_are_due(&row)? {
            self.due_search.search_next();
            // An error here must not fail the arrival, whose input is stored. The next arrival searches again.
            let overdue = Box::pin(self.claim_expired(arriving));
            let overdue = tokio::time::timeout(CLAIM_EXPIRED_TIMEOUT, overdue).await;
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
        let lock_timeout = self.server.lock_timeout();
        let apply = async |detail: Option<&str>| match queries::apply(
            function,
            lock_timeout,
            key,
            step,
            detail,
        ) {
            Some(apply) => {
                let row = self.server.call(&apply).await?;
                if read_rows::has_leftovers(&row)? {
                    self.remove_leftovers(function).await;
                }
                read::is_recorded(&row)
            }
            None => Ok(false),
        };
        let applied = match apply(detail).await {
            // The join must be parked even if the database's encoding lacks a character of the detail.
            Err(BackendError::Unencodable(_)) if detail.is_some() => {
                apply(detail.map(plain).as_deref()).await?
            }
            applied => applied?,
        };
        if may_be_due_at_once(step) {
            self.due_search.search_next();
        }
        Ok(applied)
    }

    async fn due(
        &self,
        function: JoinScope<'_>,
        token: Token,
        max: usize,
    ) -> Result<Vec<EncodedClaim>, BackendError> {
        let lock_timeout = self.server.lock_timeout();
        let claim = queries::claim_due(function, lock_timeout, token, max);
        let row = self.server.call(&claim).await?;
        self.has_parked(read::parked(&row)?);
        if read_rows::has_leftovers(&row)? {
            self.remove_leftovers(function).await;
        }
        let mut due = read::due(&row, function.policy)?;
        if are_rows(function.policy) {
            for claim in std::mem::take(&mut due) {
                due.extend(self.with_rows(function, claim, token).await?);
            }
        }
        Ok(due)
    }

    async fn release(
        &self,
        function: JoinScope<'_>,
        token: Token,
        age: Duration,
    ) -> Result<usize, BackendError> {
        let lock_timeout = self.server.lock_timeout();
        let release = queries::release_claims(function, lock_timeout, token, age);
        let released = read::released(&self.server.call(&release).await?)?;
        self.due_search.search_next();
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
        read::listed(&self.server.call(&list).await?, function.policy)
    }
}

impl Postgres {
    /// Claims one other join that is overdue, if there is one.
    async fn claim_expired(
        &self,
        arriving: Arriving<'_>,
    ) -> Result<Option<EncodedClaim>, BackendError> {
        let Arriving {
            function, token, ..
        } = arriving;
        let claim = queries::claim_expired(arriving);
        let row = self.server.call(&claim).await?;
        self.has_parked(read::parked(&row)?);
        match read::overdue(&row, function.policy)? {
            Some(claim) => self.with_rows(function, claim, token).await,
            None => Ok(None),
        }
    }

    /// Adds the inputs to a claim, if they are rows. Returns `None` if the token does not hold the join any more.
    async fn with_rows(
        &self,
        function: JoinScope<'_>,
        mut claim: EncodedClaim,
        holder: Token,
    ) -> Result<Option<EncodedClaim>, BackendError> {
        if !are_rows(function.policy) {
            return Ok(Some(claim));
        }
        // No place is before the first one.
        let mut last = (-1, 0);
        let mut now = None;
        loop {
            let read = rows::read(function.name, &claim.key, holder, last);
            let row = self.server.call(&read).await?;
            let Some(page) = read_rows::page(&row, function.policy)? else {
                return Ok(None);
            };
            let now = *now.get_or_insert(page.at);
            let is_last = page.inputs.len() < rows::PAGE;
            claim.counts = page.counts;
            claim
                .inputs
                .extend(page.inputs.into_iter().map(|(input, came_at)| {
                    let waited = now.saturating_duration_since(came_at);
                    EncodedInput { waited, ..input }
                }));
            match page.last {
                Some(place) if !is_last => last = place,
                _ => return Ok(Some(claim)),
            }
        }
    }

    /// Removes the inputs that ended joins have left, in pieces. An error must not fail the call that ended the join: the next
    /// call that finds leftovers removes them.
    async fn remove_leftovers(&self, function: JoinScope<'_>) {
        let remove = rows::remove(function, self.server.lock_timeout());
        let removed = async {
            while read_rows::has_leftovers(&self.server.call(&remove).await?)? {}
            Ok::<(), BackendError>(())
        };
        let _ = tokio::time::timeout(REMOVE_TIMEOUT, Box::pin(removed)).await;
    }
}

/// The error of an arrival that claimed a join, and lost it while it read the inputs. Repeated, it has the right answer.
fn lost_claim() -> BackendError {
    BackendError::Transient("another worker claimed the join meanwhile".into())
}

/// Replaces characters outside ASCII, which some encodings lack.
fn plain(text: &str) -> String {
    let plain = |character: char| match character {
        ' '..='~' => character,
        _ => '?',
    };
    text.chars().map(plain).collect()
}

/// Returns `true` if the join may be due right after the step.
fn may_be_due_at_once(step: Step) -> bool {
    use Settlement::{ExpiryFailed, Failed, Released};
    match step {
        Step::Settle { settlement, .. } => matches!(settlement, Failed | Released | ExpiryFailed),
        Step::Retry => true,
        _ => false,
    }
}
