//! Two clients of a pooler, each pinned to one of two server connections, which then change places.

use linked_span::fan_in::{Postgres, Token, Verdict};
use linked_span_tests_stores::POLICY;
use linked_span_tests_stores::conformance::Worker;
use linked_span_tests_stores::servers::{PgBouncer, Server};
use sqlx::postgres::{PgConnection, PgPool, PgPoolOptions};
use sqlx::{ConnectOptions as _, Row as _};

use crate::pooled::Behind;
use crate::schema::declare;
use crate::server::SERVER;

/// A transaction that keeps a server connection from other clients.
struct Pin(PgConnection);

impl Pin {
    async fn take(behind: &Behind) -> Self {
        let mut pin = Self(behind.pooled.connect().await.unwrap());
        pin.hold().await;
        pin
    }

    /// Holds a free server connection.
    async fn hold(&mut self) {
        self.run("BEGIN; SELECT 1").await;
    }

    async fn free(&mut self) {
        self.run("COMMIT").await;
    }

    async fn run(&mut self, statement: &'static str) {
        sqlx::raw_sql(statement).execute(&mut self.0).await.unwrap();
    }

    /// Returns how many of the stores' statements are prepared on the server connection.
    async fn prepared(&mut self) -> i64 {
        let count = "SELECT count(*) AS count FROM pg_prepared_statements WHERE statement LIKE '%linked_span%'";
        let row = sqlx::raw_sql(count).fetch_one(&mut self.0).await.unwrap();
        row.try_get("count").unwrap()
    }
}

/// Two clients whose statements of one name differ, and the pins of the two server connections. The first client's next
/// call goes to the connection on which the second client prepared its statements.
struct Swapped {
    behind: Behind,
    first: Worker<Postgres>,
    pins: [Pin; 2],
    _pooler: Server,
}

async fn worker(behind: &Behind, change: fn(Postgres) -> Postgres) -> Worker<Postgres> {
    let pool: PgPool = PgPoolOptions::new()
        .max_connections(1)
        .test_before_acquire(false)
        .connect_with(behind.pooled.clone())
        .await
        .unwrap();
    let store = change(Postgres::new(pool));
    declare(&store);
    Worker {
        store,
        policy: POLICY,
    }
}

async fn swapped(change: fn(Postgres) -> Postgres) -> Swapped {
    let pooler = Server::pgbouncer(PgBouncer::Bookworm, &SERVER, &["default_pool_size = 2"]);
    let behind = Behind::through(&pooler).await;
    let first = worker(&behind, change).await;
    let second = worker(&behind, change).await;
    let mut pins = [Pin::take(&behind).await, Pin::take(&behind).await];

    pins[0].free().await;
    first.waits("first", 0).await;
    pins[0].hold().await;
    pins[1].free().await;
    second.arrive("second", 1, Token::random()).await;
    Swapped {
        behind,
        first,
        pins,
        _pooler: pooler,
    }
}

/// Returns the bits of the stored inputs of a join, and whether the first payload is stored.
async fn stored(behind: &Behind, key: &str) -> (i32, bool) {
    let stored = "SELECT came, payload_0 IS NOT NULL FROM linked_span_joins WHERE key = $1";
    let stored = sqlx::query_as(stored).bind(key.as_bytes());
    stored.fetch_one(&behind.direct).await.unwrap()
}

#[tokio::test]
async fn statement_of_another_client_stores_no_input_in_its_place() {
    let swapped = swapped(|store| store.prepared_statements(true)).await;
    swapped.first.waits("order", 0).await;
    assert_eq!(stored(&swapped.behind, "order").await, (1, true));
    let last = swapped.first.arrive("order", 1, Token::random());
    let last = last.await.verdict;
    assert!(matches!(last, Verdict::Run(_)), "{last:?}");
}

#[tokio::test]
async fn store_behind_a_pooler_prepares_nothing_on_its_connections() {
    let mut swapped = swapped(|store| store).await;
    swapped.first.waits("order", 0).await;
    assert_eq!(stored(&swapped.behind, "order").await, (1, true));
    swapped.pins[1].hold().await;
    for pin in &mut swapped.pins {
        assert_eq!(pin.prepared().await, 0);
    }
}
