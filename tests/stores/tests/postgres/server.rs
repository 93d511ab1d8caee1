//! The one server of all tests.

use std::sync::LazyLock;

use linked_span_tests_stores::servers::Server;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};

/// It does not wait for the disk, which is not what is tested.
pub(crate) static SERVER: LazyLock<Server> = LazyLock::new(|| {
    Server::postgres(&[
        "fsync=off",
        "max_connections=500",
        "shared_preload_libraries=pg_stat_statements",
    ])
});

pub(crate) fn options() -> PgConnectOptions {
    SERVER.url().parse().unwrap()
}

/// A few connections, each of which is used without a look whether it is still there.
pub(crate) async fn connect(options: PgConnectOptions) -> PgPool {
    let pool = PgPoolOptions::new()
        .max_connections(4)
        .test_before_acquire(false);
    pool.connect_with(options).await.unwrap()
}
