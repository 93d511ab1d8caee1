//! A pooled connection for one call.

use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgConnection, PgPool, Postgres};

/// Guards a connection: closes it on drop, unless [`keep`](Self::keep) returned it to the pool.
///
/// A dropped call leaves an unread answer, or a server that never answers. The next call on that connection would wait for
/// it.
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
            // `detach` and drop instead of `close`: a graceful close waits for the server.
            drop(connection.detach());
        }
    }
}
