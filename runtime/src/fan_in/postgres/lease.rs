//! A connection of the pool, for one call.

use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgConnection, PgPool, Postgres};

/// Closes its connection when dropped, and returns it to the pool only when told that the call was answered.
///
/// A dropped call leaves an answer on its way, and perhaps a server that never answers: the next call on that connection
/// would wait for both.
pub(super) struct Lease(Option<PoolConnection<Postgres>>);

impl Lease {
    pub(super) async fn acquire(pool: &PgPool) -> Result<Self, sqlx::Error> {
        Ok(Self(Some(pool.acquire().await?)))
    }

    pub(super) fn connection(&mut self) -> Option<&mut PgConnection> {
        self.0.as_deref_mut()
    }

    /// Returns the connection to the pool.
    pub(super) fn keep(mut self) {
        drop(self.0.take());
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        if let Some(connection) = self.0.take() {
            // Without a farewell, for which it would have to wait.
            drop(connection.detach());
        }
    }
}
