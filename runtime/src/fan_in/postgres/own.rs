//! Connections of the store's own, which no other task can leave inside a transaction.

use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use sqlx::error::DatabaseError;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool, PgRow};
use sqlx::{ConnectOptions as _, Row as _};
use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

/// How long no connection is opened after the server refused one.
const REFUSED: Duration = Duration::from_secs(1);

/// The connections beside one pool, which all its stores with the same settings share.
#[derive(Debug)]
pub(super) struct OwnConnections {
    pool: PgPool,
    settings: OwnSettings,
    permits: Arc<Semaphore>,
    state: Mutex<State>,
}

/// What stores must have in common to share connections.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct OwnSettings {
    pub(super) max: u32,
    /// The lock timeout in milliseconds.
    pub(super) lock_timeout: String,
}

#[derive(Debug, Default)]
struct State {
    /// The last one was used last.
    idle: Vec<OwnConnection>,
    /// `true` while a task closes idle connections.
    is_watched: bool,
    refused: Option<Instant>,
}

#[derive(Debug)]
struct OwnConnection {
    connection: PgConnection,
    opened: Instant,
    returned: Instant,
}

/// All that are in use.
static SHARED: Mutex<Vec<Weak<OwnConnections>>> = Mutex::new(Vec::new());

impl OwnConnections {
    /// Opens the first connection beside this pool. Returns `None` if it differs from those of the pool, or if their number is
    /// limited.
    pub(super) async fn open(
        pool: &PgPool,
        settings: OwnSettings,
        of_pool: &Session,
    ) -> Result<Option<Arc<Self>>, sqlx::Error> {
        if of_pool.is_limited {
            return Ok(None);
        }
        let mut connection = connect(pool, &settings.lock_timeout).await?;
        let of_own = sqlx::raw_sql(SESSION).fetch_one(&mut connection).await?;
        let of_own = Session::read(&of_own)?;
        if of_own.common != of_pool.common || of_own.lock_timeout != settings.lock_timeout {
            return Ok(None);
        }
        let own = Arc::new(Self {
            pool: pool.clone(),
            permits: Arc::new(Semaphore::new(settings.max as usize)),
            settings,
            state: Mutex::default(),
        });
        own.give_back(OwnConnection::new(connection));
        Ok(Some(share(own)))
    }

    /// Finds the connections that another store has beside this pool.
    pub(super) fn shared(pool: &PgPool, settings: &OwnSettings) -> Option<Arc<Self>> {
        let mut all = shared();
        all.retain(|own| own.strong_count() > 0);
        let mut all = all.iter().filter_map(Weak::upgrade);
        all.find(|own| own.is_beside(pool) && own.settings == *settings)
    }

    /// Returns `true` if this is the same pool, and not only one with the same options.
    fn is_beside(&self, pool: &PgPool) -> bool {
        std::ptr::eq(self.pool.options(), pool.options())
    }

    pub(super) fn max(&self) -> u32 {
        self.settings.max
    }

    /// Returns an idle connection, or opens one. Returns `None` if the server has none left.
    pub(super) async fn acquire(self: &Arc<Self>) -> Result<Option<OwnLease>, sqlx::Error> {
        if self.pool.is_closed() {
            self.close_idle();
            return Err(sqlx::Error::PoolClosed);
        }
        let permit = Arc::clone(&self.permits).acquire_owned().await;
        let permit = permit.map_err(|_| sqlx::Error::PoolClosed)?;
        let lease = |connection| OwnLease {
            connection: Some(connection),
            own: Arc::clone(self),
            _permit: permit,
        };
        if let Some(idle) = self.take_idle() {
            return Ok(Some(lease(idle)));
        }
        if self.was_refused_lately() {
            return Ok(None);
        }
        match connect(&self.pool, &self.settings.lock_timeout).await {
            Ok(connection) => Ok(Some(lease(OwnConnection::new(connection)))),
            Err(error) if are_too_many(&error) => {
                self.state().refused = Some(Instant::now());
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// Closes the idle connections, after one of them was lost or the pool was closed.
    pub(super) fn close_idle(&self) {
        let idle = std::mem::take(&mut self.state().idle);
        // Dropped without the lock.
        drop(idle);
    }

    fn take_idle(&self) -> Option<OwnConnection> {
        let lifetime = self.pool.options().get_max_lifetime();
        loop {
            let idle = self.state().idle.pop()?;
            if lifetime.is_none_or(|lifetime| idle.opened.elapsed() < lifetime) {
                return Some(idle);
            }
        }
    }

    fn give_back(self: &Arc<Self>, connection: OwnConnection) {
        if self.pool.is_closed() {
            return;
        }
        let mut state = self.state();
        state.idle.push(OwnConnection {
            returned: Instant::now(),
            ..connection
        });
        let Ok(runtime) = Handle::try_current() else {
            return;
        };
        let is_watched = std::mem::replace(&mut state.is_watched, true);
        // A runtime that ends drops the task at once, and its drop needs the lock.
        drop(state);
        if !is_watched {
            let watch = Watch {
                own: Arc::downgrade(self),
                is_over: false,
            };
            runtime.spawn(watch.run(self.pool.close_event()));
        }
    }

    /// Closes the connections that were not used for so long. Returns `true` if none is left.
    fn close_unused(&self, limit: Duration) -> bool {
        let mut state = self.state();
        let used = |idle: &OwnConnection| idle.returned.elapsed() < limit;
        // The first ones were returned first.
        let first = state.idle.iter().position(used);
        let first = first.unwrap_or(state.idle.len());
        let unused: Vec<_> = state.idle.drain(..first).collect();
        let is_empty = state.idle.is_empty();
        if is_empty {
            state.is_watched = false;
        }
        drop(state);
        drop(unused);
        is_empty
    }

    fn was_refused_lately(&self) -> bool {
        let refused = self.state().refused;
        refused.is_some_and(|refused| refused.elapsed() < REFUSED)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Closes connections that are idle for as long as the pool keeps its own, and all of them when the pool is closed.
struct Watch {
    own: Weak<OwnConnections>,
    /// `true` if there is nothing left to close.
    is_over: bool,
}

impl Watch {
    async fn run(mut self, closed: impl Future<Output = ()>) {
        let mut closed = pin!(closed);
        while let Some(limit) = self.limit() {
            let is_closed = timeout(limit, &mut closed).await.is_ok();
            let Some(own) = self.own.upgrade() else {
                return;
            };
            let limit = if is_closed { Duration::ZERO } else { limit };
            self.is_over = own.close_unused(limit);
            if is_closed || self.is_over {
                return;
            }
        }
    }

    /// Returns `None` if no store has the connections any more.
    fn limit(&self) -> Option<Duration> {
        let own = self.own.upgrade()?;
        Some(
            own.pool
                .options()
                .get_idle_timeout()
                .unwrap_or(Duration::MAX),
        )
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        // Its runtime can have ended. The next returned connection starts another task.
        if let (false, Some(own)) = (self.is_over, self.own.upgrade()) {
            own.state().is_watched = false;
        }
    }
}

/// Guards a connection: closes it on drop, unless [`keep`](Self::keep) returned it.
#[derive(Debug)]
pub(super) struct OwnLease {
    connection: Option<OwnConnection>,
    own: Arc<OwnConnections>,
    _permit: OwnedSemaphorePermit,
}

impl OwnLease {
    pub(super) fn connection(&mut self) -> Option<&mut PgConnection> {
        Some(&mut self.connection.as_mut()?.connection)
    }

    /// Returns the connection, for the next call.
    pub(super) fn keep(mut self) {
        if let Some(connection) = self.connection.take() {
            self.own.give_back(connection);
        }
    }

    /// Closes the connection, and those that were idle meanwhile: they are probably lost too.
    pub(super) fn lost(self) {
        self.own.close_idle();
    }
}

/// Connects with the pool's current options. A server or a pooler that ignores the additional ones is found by [`session`].
async fn connect(pool: &PgPool, lock_timeout: &str) -> Result<PgConnection, sqlx::Error> {
    let options = PgConnectOptions::clone(&pool.connect_options());
    let options = options.options([
        ("lock_timeout", lock_timeout),
        ("default_transaction_isolation", "read committed"),
    ]);
    options.statement_cache_capacity(STATEMENTS).connect().await
}

/// More than a function's statements. Several functions can share a connection.
const STATEMENTS: usize = 200;

/// What a hook of the pool can set, and what limits the number of connections.
pub(super) struct Session {
    common: String,
    is_limited: bool,
    lock_timeout: String,
}

pub(super) const SESSION: &str = "SELECT concat_ws(' ', session_user, current_user, current_database(), \
     current_setting('search_path'), current_setting('synchronous_commit')) AS common, \
     (SELECT rolconnlimit FROM pg_roles WHERE rolname = session_user) >= 0 \
     OR (SELECT datconnlimit FROM pg_database WHERE datname = current_database()) >= 0 AS is_limited, \
     (SELECT setting FROM pg_settings WHERE name = 'lock_timeout') AS lock_timeout";

impl Session {
    /// Reads the row of [`SESSION`].
    pub(super) fn read(row: &PgRow) -> Result<Self, sqlx::Error> {
        let is_limited: Option<bool> = row.try_get("is_limited")?;
        Ok(Self {
            common: row.try_get("common")?,
            is_limited: is_limited.unwrap_or(true),
            lock_timeout: row.try_get("lock_timeout")?,
        })
    }
}

/// Returns `true` if the server has no connection left, or the role, or the database.
fn are_too_many(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(DatabaseError::code);
    code.as_deref() == Some("53300")
}

/// Shares the connections, unless another store has shared its own meanwhile.
fn share(own: Arc<OwnConnections>) -> Arc<OwnConnections> {
    if let Some(shared) = OwnConnections::shared(&own.pool, &own.settings) {
        return shared;
    }
    shared().push(Arc::downgrade(&own));
    own
}

fn shared() -> MutexGuard<'static, Vec<Weak<OwnConnections>>> {
    SHARED.lock().unwrap_or_else(PoisonError::into_inner)
}

impl OwnConnection {
    fn new(connection: PgConnection) -> Self {
        let now = Instant::now();
        Self {
            connection,
            opened: now,
            returned: now,
        }
    }
}
