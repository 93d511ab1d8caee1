//! A pooled connection with an open transaction.

use std::ops::{Deref, DerefMut};

use sqlx::pool::PoolConnection;
use sqlx::sqlite::{SqliteConnection, SqlitePool};
use sqlx::{Connection as _, Sqlite};

use super::failure::failure;
use crate::fan_in::durable::BackendError;

/// Guards a transaction: closes the connection on drop, unless the transaction was committed.
///
/// After a full disk, `SQLite` may have rolled back by itself. sqlx counts transactions and does not notice, so `begin_with`
/// would fail on this connection forever. A dropped call leaves its statement running. A new connection costs 0.2 ms, and
/// has the pragmas of the pool's options.
pub(super) struct Connection {
    pooled: PoolConnection<Sqlite>,
    is_committed: bool,
}

/// Selects the lock that a transaction takes.
#[derive(Clone, Copy)]
pub(super) enum Access {
    /// No lock until the first read.
    Read,
    /// The write lock, at once. A reader that becomes a writer fails if another connection wrote in between.
    Write,
}

impl Connection {
    /// Borrows a connection. The caller's first statement must be a `BEGIN`.
    ///
    /// It must not be sqlx's `begin_with`, which fails if sqlx's count is wrong. `BEGIN` fails inside a transaction that sqlx
    /// does not know of.
    pub(super) async fn acquire(pool: &SqlitePool) -> Result<Self, BackendError> {
        let mut pooled = pool.acquire().await.map_err(failure)?;
        // The user's code may have dropped a `begin()` in flight. Inside that transaction, joins that are acknowledged here
        // would be rolled back later.
        while pooled.is_in_transaction() {
            pooled.close().await.map_err(failure)?;
            pooled = pool.acquire().await.map_err(failure)?;
        }
        Ok(Self {
            pooled,
            is_committed: false,
        })
    }

    pub(super) async fn begin(pool: &SqlitePool, access: Access) -> Result<Self, BackendError> {
        let mut connection = Self::acquire(pool).await?;
        connection.begin_here(access).await?;
        Ok(connection)
    }

    /// Begins the transaction with a statement of its own.
    pub(super) async fn begin_here(&mut self, access: Access) -> Result<(), BackendError> {
        let statement = match access {
            Access::Read => "BEGIN",
            Access::Write => "BEGIN IMMEDIATE",
        };
        let begun = sqlx::query(statement).execute(&mut **self).await;
        begun.map(drop).map_err(failure)
    }

    pub(super) async fn commit(mut self) -> Result<(), BackendError> {
        self.end().await
    }

    /// Commits unless a statement has, and keeps the connection usable.
    pub(super) async fn end(&mut self) -> Result<(), BackendError> {
        if !self.is_committed {
            let committed = sqlx::query("COMMIT").execute(&mut **self).await;
            committed.map_err(failure)?;
            self.is_committed = true;
        }
        Ok(())
    }

    /// Notes that the last statement has also committed.
    pub(super) fn committed(&mut self) {
        self.is_committed = true;
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        if !self.is_committed {
            self.pooled.close_on_drop();
        }
    }
}

impl Deref for Connection {
    type Target = SqliteConnection;

    fn deref(&self) -> &SqliteConnection {
        &self.pooled
    }
}

impl DerefMut for Connection {
    fn deref_mut(&mut self) -> &mut SqliteConnection {
        &mut self.pooled
    }
}
