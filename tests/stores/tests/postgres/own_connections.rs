//! Connections that the store opens beside those of the pool.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use linked_span::fan_in::{Postgres, Store, Token};
use linked_span_tests_stores::conformance::Worker;
use linked_span_tests_stores::{Fixture, POLICY, Payload};
use sqlx::AssertSqlSafe;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use tokio::runtime;
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::schema::{Schema, declare};

/// Long enough for a machine that is busy.
const LATE: Duration = Duration::from_secs(20);

fn worker(pool: &PgPool) -> Worker<Postgres> {
    let store = Postgres::new(pool.clone());
    declare(&store);
    Worker {
        store,
        policy: POLICY,
    }
}

/// Connects with the schema's options, under another name.
async fn pool(schema: &Schema, name: &str, pool: PgPoolOptions) -> PgPool {
    let options = (*schema.pool.connect_options()).clone();
    let options = options.application_name(name);
    pool.max_connections(2).connect_with(options).await.unwrap()
}

/// Returns how many connections have this name.
async fn count(schema: &Schema, name: &str) -> i64 {
    let count = "SELECT count(*) FROM pg_stat_activity WHERE application_name = $1";
    let count = sqlx::query_scalar(count).bind(name);
    count.fetch_one(&schema.pool).await.unwrap()
}

/// Waits until this number of connections has this name.
async fn reaches(schema: &Schema, name: &str, expected: i64) {
    let begun = Instant::now();
    loop {
        let count = count(schema, name).await;
        if count == expected {
            return;
        }
        assert!(begun.elapsed() < LATE, "{count} and not {expected}");
        sleep(Duration::from_millis(20)).await;
    }
}

async fn run(schema: &Schema, statements: &str) {
    let run = sqlx::raw_sql(AssertSqlSafe(statements.to_owned()));
    run.execute(&schema.pool).await.unwrap();
}

/// Returns how many calls of procedures are prepared on a connection of the pool.
async fn borrowed(pool: &PgPool) -> i64 {
    let count = "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE 'CALL%'";
    sqlx::query_scalar(count).fetch_one(pool).await.unwrap()
}

#[tokio::test]
async fn call_needs_no_connection_of_the_pool() {
    let schema = Schema::begin().await;
    let pool = pool(&schema, "needs_none", PgPoolOptions::new()).await;
    let worker = worker(&pool);
    worker.waits("order", 0).await;
    let taken = [pool.acquire().await.unwrap(), pool.acquire().await.unwrap()];
    let holder = Token::random();
    worker.arrive("order", 1, holder).await;
    assert!(worker.renew("order", holder).await);
    assert_eq!(worker.len().await, 1);
    drop(taken);
    assert_eq!(borrowed(&pool).await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stores_of_one_pool_share_connections() {
    let schema = Schema::begin().await;
    let pool = pool(&schema, "shared", PgPoolOptions::new()).await;
    let mut calls = JoinSet::new();
    for store in 0..4 {
        let worker = worker(&pool);
        calls.spawn(async move {
            for key in 0..20 {
                worker.waits(&format!("{store} {key}"), 0).await;
            }
            worker
        });
    }
    let workers = calls.join_all().await;
    // As many as the pool may have, beside its own.
    assert!(count(&schema, "shared").await <= 4);
    drop(workers);
}

#[tokio::test]
async fn call_after_the_pool_was_closed_fails_and_its_connections_are_closed() {
    let schema = Schema::begin().await;
    let pool = pool(&schema, "closed", PgPoolOptions::new()).await;
    let worker = worker(&pool);
    worker.waits("order", 0).await;
    pool.close().await;
    reaches(&schema, "closed", 0).await;
    let late = worker
        .store
        .arrive("order", &POLICY, 1.into(), Payload::new(1), Token::random());
    let late = late.await.unwrap_err();
    assert_eq!(late.payload, Payload::new(1));
}

/// The runtime drops the task that would close idle connections, at the call's last poll.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn call_that_outlives_its_runtime_returns_its_connection() {
    let schema = Schema::begin().await;
    let mut ending = runtime::Builder::new_multi_thread();
    let ending = ending.worker_threads(2).enable_all().build().unwrap();
    let options = (*schema.pool.connect_options()).clone();
    let (is_answered, answered) = mpsc::channel();
    let (has_ended, ended) = mpsc::channel();
    let (is_returned, returned) = mpsc::channel();
    let mut ended = ended.into_iter();
    ending.spawn(async move {
        let pool = PgPoolOptions::new().max_connections(2);
        let worker = worker(&pool.connect_with(options).await.unwrap());
        worker.waits("order", 0).await;
        let holder = Token::random();
        worker.arrive("order", 1, holder).await;
        // The first call also prepares its statement.
        worker.renew("order", holder).await;
        loop {
            let mut call = pin!(worker.renew("order", holder));
            let mut polls = 0;
            // A call sends its request at the first poll, and usually reads the answer at the second.
            poll_fn(|task| {
                polls += 1;
                if polls == 2 {
                    is_answered.send(()).unwrap();
                    ended.next().unwrap();
                }
                call.as_mut().poll(task)
            })
            .await;
            if polls == 2 {
                is_returned.send(()).unwrap();
                return;
            }
        }
    });
    answered.recv_timeout(LATE).unwrap();
    ending.shutdown_background();
    // The runtime's other thread ends its tasks meanwhile.
    sleep(Duration::from_millis(500)).await;
    has_ended.send(()).unwrap();
    returned.recv_timeout(LATE).unwrap();
}

#[tokio::test]
async fn connections_of_a_dropped_store_are_closed() {
    let schema = Schema::begin().await;
    let pool = pool(&schema, "dropped", PgPoolOptions::new()).await;
    let worker = worker(&pool);
    worker.waits("order", 0).await;
    let before = count(&schema, "dropped").await;
    drop(worker);
    reaches(&schema, "dropped", before - 1).await;
}

#[tokio::test]
async fn idle_connections_are_closed_after_the_idle_timeout_of_the_pool() {
    let schema = Schema::begin().await;
    let idle = PgPoolOptions::new().idle_timeout(Duration::from_millis(200));
    let pool = pool(&schema, "idle", idle).await;
    let worker = worker(&pool);
    worker.waits("order", 0).await;
    reaches(&schema, "idle", 0).await;
    worker.waits("another", 0).await;
    reaches(&schema, "idle", 0).await;
}

#[tokio::test]
async fn next_connection_has_the_current_options_of_the_pool() {
    let schema = Schema::begin().await;
    let idle = PgPoolOptions::new().idle_timeout(Duration::from_millis(500));
    let pool = pool(&schema, "before", idle).await;
    let worker = worker(&pool);
    worker.waits("order", 0).await;
    let options = PgConnectOptions::clone(&pool.connect_options());
    pool.set_connect_options(options.application_name("after"));
    reaches(&schema, "before", 0).await;
    worker.waits("another", 0).await;
    assert_eq!(count(&schema, "before").await, 0);
    assert_eq!(count(&schema, "after").await, 1);
}

/// A hook can set what the store cannot copy.
#[tokio::test]
async fn pool_whose_hook_changes_connections_is_borrowed_from() {
    for change in [
        "SET synchronous_commit = off",
        "SET search_path = other, public",
        "SET ROLE pg_monitor",
    ] {
        let schema = Schema::begin().await;
        let name = schema.name().await;
        let rights = format!(
            "GRANT USAGE ON SCHEMA {name} TO pg_monitor; GRANT ALL ON ALL TABLES IN SCHEMA {name} TO pg_monitor"
        );
        run(&schema, &rights).await;
        let hook = PgPoolOptions::new().after_connect(move |connection, _| {
            Box::pin(async move {
                let changed = sqlx::raw_sql(change).execute(connection);
                changed.await.map(drop)
            })
        });
        let pool = pool(&schema, "hook", hook.max_connections(1)).await;
        let store = Postgres::new(pool.clone()).schema(&name);
        declare(&store);
        let worker = Worker {
            store,
            policy: POLICY,
        };
        worker.waits("order", 0).await;
        let both = [pool.acquire().await.unwrap(), pool.acquire().await.unwrap()];
        drop(both);
        reaches(&schema, "hook", 2).await;
    }
}

#[tokio::test]
async fn role_with_a_connection_limit_is_given_no_further_connections() {
    let schema = Schema::begin().await;
    let name = schema.name().await;
    let limit = format!(
        "CREATE ROLE {name} LOGIN CONNECTION LIMIT 9; GRANT USAGE ON SCHEMA {name} TO {name}; \
         GRANT ALL ON ALL TABLES IN SCHEMA {name} TO {name}"
    );
    run(&schema, &limit).await;
    let options = (*schema.pool.connect_options()).clone().username(&name);
    let pool = PgPoolOptions::new().max_connections(1);
    let pool = pool.connect_with(options).await.unwrap();
    let worker = worker(&pool);
    worker.waits("order", 0).await;
    assert!(borrowed(&pool).await > 0);
}

/// The role is limited while the store is open.
#[tokio::test]
async fn store_that_is_refused_a_connection_borrows_one() {
    let schema = Schema::begin().await;
    let name = schema.name().await;
    let create = format!(
        "CREATE ROLE {name} LOGIN; GRANT USAGE ON SCHEMA {name} TO {name}; \
         GRANT ALL ON ALL TABLES IN SCHEMA {name} TO {name}"
    );
    run(&schema, &create).await;
    let options = (*schema.pool.connect_options()).clone().username(&name);
    let pool = PgPoolOptions::new()
        .max_connections(1)
        .test_before_acquire(false);
    let pool = pool.connect_with(options).await.unwrap();
    let worker = worker(&pool);
    worker.waits("order", 0).await;
    assert_eq!(borrowed(&pool).await, 0);
    run(&schema, &format!("ALTER ROLE {name} CONNECTION LIMIT 1")).await;
    let end = format!(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '{name}' AND query LIKE '%linked_span%' \
         AND query NOT LIKE '%pg_prepared_statements%'"
    );
    run(&schema, &end).await;
    worker.arrive("order", 1, Token::random()).await;
    assert!(borrowed(&pool).await > 0);
}

/// The other statement of the store's own connections waits for the first one.
#[tokio::test]
async fn call_without_a_connection_of_its_own_fails_in_time() {
    let schema = Schema::begin().await;
    let bound = Duration::from_millis(700);
    let store = schema.store().own_connections(1).call_timeout(bound);
    declare(&store);
    let worker = Worker {
        store: store.clone(),
        policy: POLICY,
    };
    worker.waits("order", 0).await;
    let mut holder = schema.pool.acquire().await.unwrap();
    let lock = "BEGIN; SELECT FROM linked_span_joins FOR UPDATE";
    sqlx::raw_sql(lock).execute(&mut *holder).await.unwrap();
    let begun = Instant::now();
    let both = ["order", "another"].map(|key| {
        let store = store.clone();
        async move {
            let arrive = store.arrive(key, &POLICY, 1.into(), Payload::new(1), Token::random());
            arrive.await.is_err()
        }
    });
    let [waits, waits_for_it] = both;
    let (waited, _) = tokio::join!(waits, waits_for_it);
    assert!(waited);
    assert!(begun.elapsed() < LATE);
    sqlx::raw_sql("ROLLBACK")
        .execute(&mut *holder)
        .await
        .unwrap();
    worker.runs("order", 1).await;
}
