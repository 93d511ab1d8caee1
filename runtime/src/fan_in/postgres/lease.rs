//! A connection for one call, from the pool or of the store's own.

use std::sync::Arc;

use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgConnection, PgPool, Postgres};

use super::own::{OwnConnections, OwnLease};

/// Where a call's connection comes from.
#[derive(Clone, Copy)]
pub(super) enum Source<'a> {
    Pool(&'a PgPool),
    Own(&'a Arc<OwnConnections>),
}

impl Source<'_> {
    /// Returns the largest number of connections.
    pub(super) fn max(self) -> u32 {
        match self {
            Self::Pool(pool) => pool.options().get_max_connections(),
            Self::Own(own) => own.max(),
        }
    }

    /// Returns `None` if there is none of the store's own.
    pub(super) async fn acquire(self) -> Result<Option<Lease>, sqlx::Error> {
        Ok(match self {
            Self::Pool(pool) => Some(Lease::Pooled(Pooled(Some(pool.acquire().await?)))),
            Self::Own(own) => own.acquire().await?.map(Lease::Own),
        })
    }
}

/// A connection that its drop closes, unless [`keep`](Self::keep) returned it.
pub(super) enum Lease {
    Pooled(Pooled),
    Own(OwnLease),
}

impl Lease {
    pub(super) fn connection(&mut self) -> Option<&mut PgConnection> {
        match self {
            Self::Pooled(pooled) => pooled.0.as_deref_mut(),
            Self::Own(own) => own.connection(),
        }
    }

    /// Returns the connection, for the next call.
    pub(super) fn keep(self) {
        match self {
            Self::Pooled(mut pooled) => drop(pooled.0.take()),
            Self::Own(own) => own.keep(),
        }
    }

    /// Closes the connection, which the server has lost.
    pub(super) fn lost(self) {
        match self {
            Self::Pooled(pooled) => drop(pooled),
            Self::Own(own) => own.lost(),
        }
    }
}

/// Guards a pooled connection.
///
/// A dropped call leaves an unread answer, or a server that never answers. The next call on that connection would wait for
/// it.
pub(super) struct Pooled(Option<PoolConnection<Postgres>>);

impl Drop for Pooled {
    fn drop(&mut self) {
        if let Some(connection) = self.0.take() {
            // `detach` and drop instead of `close`: a graceful close waits for the server.
            drop(connection.detach());
        }
    }
}
