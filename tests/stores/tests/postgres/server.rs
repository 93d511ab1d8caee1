//! The server that most tests share, and one for a test that measures the server's own work.

use std::sync::LazyLock;

use linked_span_tests_stores::servers::Server;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};

pub(crate) static SERVER: LazyLock<Server> = LazyLock::new(server);

/// A transaction in any database of a server keeps updates in all others from using the space of old rows again.
pub(crate) static QUIET_SERVER: LazyLock<Server> = LazyLock::new(server);

/// It does not wait for the disk, which the tests do not need.
fn server() -> Server {
    Server::postgres(&[
        "fsync=off",
        "max_connections=500",
        "shared_preload_libraries=pg_stat_statements",
    ])
}

pub(crate) fn options() -> PgConnectOptions {
    SERVER.url().parse().unwrap()
}

/// Connects with a few connections, which the pool does not ping before use.
pub(crate) async fn connect(options: PgConnectOptions) -> PgPool {
    let pool = PgPoolOptions::new()
        .max_connections(4)
        .test_before_acquire(false);
    pool.connect_with(options).await.unwrap()
}
