//! A database behind a pooler.

use std::time::Duration;

use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};

use linked_span::fan_in::Postgres;
use linked_span_tests_stores::Fixture;
use linked_span_tests_stores::servers::{PgBouncer, Server};
use sqlx::AssertSqlSafe;
use sqlx::postgres::{PgConnectOptions, PgPool};

use crate::schema;
use crate::server::{SERVER, connect, options};

/// Fewer connections than clients, which the pooler changes often.
const SETTINGS: [&str; 2] = ["default_pool_size = 3", "server_round_robin = 1"];

static BOOKWORM: LazyLock<Server> =
    LazyLock::new(|| Server::pgbouncer(PgBouncer::Bookworm, &SERVER, &SETTINGS));

static TRIXIE: LazyLock<Server> =
    LazyLock::new(|| Server::pgbouncer(PgBouncer::Trixie, &SERVER, &SETTINGS));

/// A database, and the two ways to it: direct and through the pooler.
pub(crate) struct Behind {
    /// Connects past the pooler.
    pub(crate) direct: PgPool,
    pub(crate) pooled: PgConnectOptions,
}

impl Behind {
    pub(crate) async fn begin(which: PgBouncer) -> Self {
        Self::through(match which {
            PgBouncer::Bookworm => &BOOKWORM,
            PgBouncer::Trixie => &TRIXIE,
        })
        .await
    }

    pub(crate) async fn through(pooler: &Server) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("behind_{number}");
        let create = format!("CREATE DATABASE {name}");
        let admin = connect(options()).await;
        sqlx::raw_sql(AssertSqlSafe(create))
            .execute(&admin)
            .await
            .unwrap();
        let through: PgConnectOptions = pooler.url().parse().unwrap();
        let behind = Self {
            direct: connect(options().database(&name)).await,
            pooled: through.database(&name),
        };
        behind.store().await.migrate().await.unwrap();
        behind
    }

    pub(crate) async fn store(&self) -> Postgres {
        Postgres::new(connect(self.pooled.clone()).await)
    }
}

/// Runs the suite behind each of them.
macro_rules! behind {
    ($fixture:ident, $which:expr) => {
        pub(crate) struct $fixture(Behind);

        impl Fixture for $fixture {
            type Store = Postgres;

            async fn begin() -> Self {
                Self(Behind::begin($which).await)
            }

            async fn open(&self, _: &str) -> Postgres {
                self.0.store().await
            }

            async fn pass(&self, span: Duration) {
                schema::pass(&self.0.direct, span).await;
            }

            async fn rows(&self) -> usize {
                schema::rows(&self.0.direct).await
            }

            async fn spoil(&self, name: &str, key: &str) {
                schema::spoil(&self.0.direct, name, key).await;
            }

            fn named(store: Postgres, name: &str) -> Postgres {
                store.named(name)
            }

            async fn lose_all(&self) {
                schema::lose_all(&self.0.direct).await;
            }

            async fn lose_payloads(&self, name: &str, key: &str) {
                schema::lose_payloads(&self.0.direct, name, key).await;
            }
        }
    };
}

behind!(BehindBookworm, PgBouncer::Bookworm);
behind!(BehindTrixie, PgBouncer::Trixie);
