//! A connection of the pool, while a transaction of ours is under way on it.

use std::ops::{Deref, DerefMut};

use sqlx::pool::PoolConnection;
use sqlx::sqlite::{SqliteConnection, SqlitePool};
use sqlx::{Connection as _, Sqlite};

use super::failure::{failure, not_begun};
use crate::fan_in::durable::BackendError;

/// Closes the connection, unless the transaction was committed.
///
/// `SQLite` may have rolled back by itself, after a full disk, or not. sqlx counts transactions and would not know:
/// attempted to call `begin_with` at non-zero transaction depth, for ever. A call that is dropped leaves its statement
/// running. A new connection costs 0.2 ms, and has the pragmas that the pool's options set.
pub(super) struct Connection {
    pooled: PoolConnection<Sqlite>,
    is_committed: bool,
}

/// Which lock a transaction takes.
#[derive(Clone, Copy)]
pub(super) enum Access {
    /// None, until it reads.
    Read,
    /// That of the one writer, at once: a reader that becomes the writer is refused where another wrote meanwhile.
    Write,
}

impl Connection {
    pub(super) async fn begin(pool: &SqlitePool, access: Access) -> Result<Self, BackendError> {
        let mut pooled = pool.acquire().await.map_err(failure)?;
        // A `begin()` of the user's that was dropped in flight, or what wedged the pool before this was a guard. In a
        // transaction of another, what is acknowledged here is rolled back later.
        while pooled.is_in_transaction() {
            pooled.close().await.map_err(failure)?;
            pooled = pool.acquire().await.map_err(failure)?;
        }
        let mut connection = Self {
            pooled,
            is_committed: false,
        };
        // Not by sqlx's own `begin_with`, which is refused at a wrong count. Inside a transaction that sqlx does not know
        // of, `SQLite` refuses this.
        let statement = match access {
            Access::Read => "BEGIN",
            Access::Write => "BEGIN IMMEDIATE",
        };
        let begun = sqlx::query(statement).execute(&mut *connection).await;
        begun.map_err(not_begun)?;
        Ok(connection)
    }

    pub(super) async fn commit(mut self) -> Result<(), BackendError> {
        self.end().await
    }

    /// Commits, and keeps the connection.
    pub(super) async fn end(&mut self) -> Result<(), BackendError> {
        let committed = sqlx::query("COMMIT").execute(&mut **self).await;
        committed.map_err(failure)?;
        self.is_committed = true;
        Ok(())
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
