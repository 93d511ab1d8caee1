//! Joins in a `PostgreSQL` server.

use linked_span::fan_in::Postgres;
use sqlx::postgres::{PgPool, PgPoolOptions};

use super::{Asked, CONNECTIONS};
use crate::bare::{Bare, Way};

pub(crate) async fn connect(url: &str) -> PgPool {
    let pool = PgPoolOptions::new()
        .max_connections(CONNECTIONS)
        .test_before_acquire(false);
    pool.connect(url).await.expect("a server")
}

pub(super) async fn prepare(url: &str) {
    let pool = connect(url).await;
    let migrated = Postgres::new(pool.clone()).migrate().await;
    migrated.expect("the store's tables");
    let table = "CREATE TABLE bare (key bytea PRIMARY KEY, payload text NOT NULL)";
    let made = sqlx::raw_sql(table).execute(&pool).await;
    made.expect("another table");
}

impl Bare for PgPool {
    async fn keep(&self, _: Way, key: &str, _: u8, text: &str) {
        let upsert = sqlx::query(
            "INSERT INTO bare (key, payload) VALUES ($1, $2) \
             ON CONFLICT (key) DO UPDATE SET payload = excluded.payload",
        );
        let upserted = upsert.bind(key.as_bytes()).bind(text).execute(self).await;
        upserted.expect("a server that keeps it");
    }
}

pub(super) async fn describe(url: &str) -> String {
    let pool = connect(url).await;
    let settings = "SELECT format('PostgreSQL %s with `fsync = %s`, `synchronous_commit = %s`', \
                    current_setting('server_version_num')::int / 10000, current_setting('fsync'), \
                    current_setting('synchronous_commit'))";
    let settings = sqlx::query_scalar(settings).fetch_one(&pool).await;
    settings.expect("its settings")
}

/// Returns the server's counts.
///
/// Each statement commits, and so does the pool's check of a connection. The processes must have ended, because the
/// server counts a connection's statements when it closes.
pub(super) async fn asked(url: &str) -> Asked {
    // This query uses another database, so that it does not count itself.
    let pool = connect(&url.replace("/postgres?", "/template1?")).await;
    let committed = "SELECT (xact_commit + xact_rollback)::float8 FROM pg_stat_database WHERE datname = 'postgres'";
    let trips = sqlx::query_scalar(committed).fetch_one(&pool).await;
    Asked {
        trips: trips.expect("a count"),
        inside: 0.0,
    }
}
