//! Bounds on the duration of a call.

use std::time::{Duration, Instant};

use linked_span::fan_in::{Postgres, Store, StoreError, Token};
use linked_span_tests_stores::conformance::Worker;
use linked_span_tests_stores::{Fixture, POLICY, Payload};
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions, PgSslMode};
use tokio::time::sleep;

use crate::proxy::Proxy;
use crate::schema::{Schema, declare};

const BOUND: Duration = Duration::from_millis(700);

/// Long enough for a machine that is busy.
const LATE: Duration = Duration::from_secs(5);

fn store(pool: &PgPool) -> Postgres {
    let store = Postgres::new(pool.clone()).call_timeout(BOUND);
    declare(&store);
    store
}

/// Asserts that each call fails, after about its timeout.
async fn times_out(store: &Postgres) {
    let begun = Instant::now();
    let late = store.arrive("order", &POLICY, 1.into(), Payload::new(1), Token::random());
    let late = late.await.unwrap_err();
    assert_eq!(late.payload, Payload::new(1));
    assert!(matches!(late.error, StoreError::Failed(_)), "{late:?}");
    assert!(begun.elapsed() < LATE, "{:?}", begun.elapsed());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn call_of_a_server_that_falls_silent_fails_in_time_and_the_next_has_another_connection() {
    let schema = Schema::begin().await;
    let proxy = Proxy::begin();
    let options = PgConnectOptions::new_without_pgpass()
        .host(&proxy.address.ip().to_string())
        .port(proxy.address.port())
        .username("postgres")
        .database("postgres")
        .ssl_mode(PgSslMode::Disable)
        .options([("search_path", schema.name().await)]);
    let pool = PgPoolOptions::new()
        .max_connections(1)
        .test_before_acquire(false);
    let pool = pool.connect_with(options).await.unwrap();
    let store = store(&pool);
    let worker = Worker {
        store: store.clone(),
        policy: POLICY,
    };
    worker.waits("order", 0).await;
    // The pool pings its connection before it takes it back.
    sleep(Duration::from_millis(300)).await;
    // The call that times out may already have requested the next connection.
    let before = proxy.connections();
    proxy.block(true);
    times_out(&store).await;
    proxy.block(false);
    // The pool is limited to the one silent connection.
    let begun = Instant::now();
    worker.arrive("order", 1, Token::random()).await;
    assert!(begun.elapsed() < LATE);
    assert!(proxy.connections() > before, "{before}");

    // The server is silent while the store is opened.
    proxy.block(true);
    times_out(&self::store(&pool)).await;
}

#[tokio::test]
async fn call_without_a_connection_of_the_pool_fails_in_time() {
    let schema = Schema::begin().await;
    let options = (*schema.pool.connect_options()).clone();
    let pool = PgPoolOptions::new().max_connections(1);
    let pool = pool.connect_with(options).await.unwrap();
    let store = store(&pool).own_connections(0);
    declare(&store);
    let taken = pool.acquire().await.unwrap();
    times_out(&store).await;
    drop(taken);
    let arrived = store.arrive("order", &POLICY, 0.into(), Payload::new(0), Token::random());
    arrived.await.unwrap();
}

/// The server gives up too: no statement waits after its caller has left.
#[tokio::test]
async fn call_that_waits_for_a_row_fails_in_time_and_leaves_no_statement_behind() {
    let schema = Schema::begin().await;
    let pool = crate::server::connect((*schema.pool.connect_options()).clone()).await;
    let store = store(&pool);
    let worker = Worker {
        store: store.clone(),
        policy: POLICY,
    };
    worker.waits("order", 0).await;
    let mut holder = schema.pool.acquire().await.unwrap();
    let lock = "BEGIN; SELECT FROM linked_span_joins FOR UPDATE";
    sqlx::raw_sql(lock).execute(&mut *holder).await.unwrap();
    times_out(&store).await;
    let mut left = 1;
    for _ in 0..50 {
        let waiting = "SELECT count(*) FROM pg_stat_activity WHERE application_name = current_schema() AND wait_event_type = 'Lock'";
        left = sqlx::query_scalar::<_, i64>(waiting)
            .fetch_one(&schema.pool)
            .await
            .unwrap();
        if left == 0 {
            break;
        }
        sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(left, 0);
    sqlx::raw_sql("ROLLBACK")
        .execute(&mut *holder)
        .await
        .unwrap();
    worker.runs("order", 1).await;
}
