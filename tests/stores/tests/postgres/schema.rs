//! A schema for each test.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use linked_span::fan_in::{FanInIdentity, Postgres, Store};
use linked_span_tests_stores::{Fixture, Payload};
use sqlx::postgres::{PgConnectOptions, PgPool};
use tokio::time::sleep;

use crate::server::{QUIET_SERVER, connect, options};

pub(crate) struct Schema {
    options: PgConnectOptions,
    pub(crate) pool: PgPool,
}

impl Schema {
    /// Creates an empty schema.
    pub(crate) async fn empty() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("test_{}", COUNT.fetch_add(1, Ordering::Relaxed));
        Self::of(
            options()
                .application_name(&name)
                .options([("search_path", &name)]),
            &format!("CREATE SCHEMA {name}"),
        )
        .await
    }

    /// Creates a database, whose statistics the server counts separately.
    pub(crate) async fn in_a_database(name: &str) -> Self {
        let create = format!("CREATE DATABASE {name}");
        let pool = connect(options()).await;
        sqlx::raw_sql(sqlx::AssertSqlSafe(create))
            .execute(&pool)
            .await
            .unwrap();
        Self::counted(options().database(name)).await
    }

    /// Uses the server that runs no other test.
    pub(crate) async fn on_a_quiet_server() -> Self {
        Self::counted(QUIET_SERVER.url().parse().unwrap()).await
    }

    async fn counted(options: PgConnectOptions) -> Self {
        let schema = Self::of(options, "CREATE EXTENSION pg_stat_statements").await;
        schema.store().migrate().await.unwrap();
        schema
    }

    async fn of(options: PgConnectOptions, create: &str) -> Self {
        let pool = connect(options.clone()).await;
        sqlx::raw_sql(sqlx::AssertSqlSafe(create.to_owned()))
            .execute(&pool)
            .await
            .unwrap();
        Self { options, pool }
    }

    pub(crate) async fn name(&self) -> String {
        let name = "SELECT current_schema()::text";
        let name = sqlx::query_scalar(name).fetch_one(&self.pool).await;
        name.unwrap()
    }

    pub(crate) fn store(&self) -> Postgres {
        Postgres::new(self.pool.clone())
    }
}

/// Declares the tests' function of two inputs.
pub(crate) fn declare(store: &Postgres) {
    let ship = FanInIdentity::new("ship", &["a", "b"], &["Payload", "Payload"]);
    Store::<Payload>::declare(store, ship);
}

impl Fixture for Schema {
    type Store = Postgres;

    async fn begin() -> Self {
        let schema = Self::empty().await;
        schema.store().migrate().await.unwrap();
        schema
    }

    async fn open(&self, _: &str) -> Postgres {
        Postgres::new(connect(self.options.clone()).await)
    }

    fn named(store: Postgres, name: &str) -> Postgres {
        store.named(name)
    }

    async fn lose_all(&self) {
        lose_all(&self.pool).await;
    }

    async fn pass(&self, span: Duration) {
        pass(&self.pool, span).await;
    }

    async fn rows(&self) -> usize {
        rows(&self.pool).await
    }

    async fn spoil(&self, name: &str, key: &str) {
        spoil(&self.pool, name, key).await;
    }

    async fn lose_payloads(&self, name: &str, key: &str) {
        lose_payloads(&self.pool, name, key).await;
    }
}

pub(crate) async fn lose_payloads(pool: &PgPool, name: &str, key: &str) {
    let statements = [
        "UPDATE linked_span_joins SET payload_0 = NULL WHERE name = $1 AND key = $2",
        "DELETE FROM linked_span_inputs WHERE input = 0 AND instance IN \
         (SELECT instance FROM linked_span_joins WHERE name = $1 AND key = $2)",
    ];
    assert!(change(pool, statements, name, key).await > 0);
}

/// Executes the statements for a join whose inputs are columns, and for one whose inputs are rows.
async fn change(pool: &PgPool, statements: [&'static str; 2], name: &str, key: &str) -> u64 {
    let mut changed = 0;
    for statement in statements {
        let executed = sqlx::query(statement).bind(name).bind(key.as_bytes());
        changed += executed.execute(pool).await.unwrap().rows_affected();
    }
    changed
}

pub(crate) async fn lose_all(pool: &PgPool) {
    let lose = "DELETE FROM linked_span_functions; DELETE FROM linked_span_joins; DELETE FROM linked_span_inputs; \
                DELETE FROM linked_span_leftovers";
    sqlx::raw_sql(lose).execute(pool).await.unwrap();
}

pub(crate) async fn pass(pool: &PgPool, span: Duration) {
    let shift = "UPDATE linked_span_joins SET at = at - $1, since = since - $1, until = greatest(until - $1, 0), \
                 deadline = deadline - $1, came_at = ARRAY(SELECT unnest(came_at) - $1), \
                 sweep_at = sweep_at - $1, opportunistic_at = opportunistic_at - $1";
    let milliseconds = i64::try_from(span.as_millis()).unwrap();
    let shifted = sqlx::query(shift).bind(milliseconds).execute(pool);
    shifted.await.unwrap();
    for shift in [
        "UPDATE linked_span_inputs SET at = at - $1",
        "UPDATE linked_span_functions SET searched_at = searched_at - $1",
    ] {
        let shifted = sqlx::query(shift).bind(milliseconds).execute(pool);
        shifted.await.unwrap();
    }
    // After this pause the process searches for due joins again.
    sleep(Duration::from_millis(20)).await;
}

pub(crate) async fn rows(pool: &PgPool) -> usize {
    let count = "SELECT (SELECT count(*) FROM linked_span_joins) + (SELECT count(*) FROM linked_span_inputs) \
                 + (SELECT count(*) FROM linked_span_leftovers)";
    let count: i64 = sqlx::query_scalar(count).fetch_one(pool).await.unwrap();
    usize::try_from(count).unwrap()
}

pub(crate) async fn spoil(pool: &PgPool, name: &str, key: &str) {
    let statements = [
        "UPDATE linked_span_joins SET payload_0 = '{' WHERE name = $1 AND key = $2 AND payload_0 IS NOT NULL",
        "UPDATE linked_span_inputs SET payload = '{' WHERE input = 0 AND instance IN \
         (SELECT instance FROM linked_span_joins WHERE name = $1 AND key = $2)",
    ];
    assert!(change(pool, statements, name, key).await > 0);
}

/// Implements the rest of a fixture around a [`Schema`], whose stores are changed by a function.
macro_rules! around_a_schema {
    ($fixture:ident, $begin:path, $change:expr) => {
        impl linked_span_tests_stores::Fixture for $fixture {
            type Store = linked_span::fan_in::Postgres;

            async fn begin() -> Self {
                Self($begin().await)
            }

            async fn open(&self, name: &str) -> Self::Store {
                $change(self.0.open(name).await)
            }

            fn named(store: Self::Store, name: &str) -> Self::Store {
                store.named(name)
            }

            async fn lose_all(&self) {
                self.0.lose_all().await;
            }

            async fn pass(&self, span: std::time::Duration) {
                self.0.pass(span).await;
            }

            async fn rows(&self) -> usize {
                self.0.rows().await
            }

            async fn spoil(&self, name: &str, key: &str) {
                self.0.spoil(name, key).await;
            }

            async fn lose_payloads(&self, name: &str, key: &str) {
                self.0.lose_payloads(name, key).await;
            }
        }
    };
}
pub(crate) use around_a_schema;
