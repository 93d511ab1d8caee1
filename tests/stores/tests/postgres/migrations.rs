//! The tables and their versions, beside other users of the database.

use std::time::{Duration, Instant};

use linked_span::fan_in::{Postgres, Settlement, Store, StoreError, Token};
use linked_span_tests_stores::conformance::Worker;
use linked_span_tests_stores::servers::PgBouncer;
use linked_span_tests_stores::{Fixture, POLICY, Payload};
use sqlx::AssertSqlSafe;
use sqlx::migrate::Migrator;
use sqlx::postgres::PgPool;
use tempfile::TempDir;
use tokio::task::JoinSet;

use crate::pooled::Behind;
use crate::schema::{Schema, declare};
use crate::server::{connect, options};

async fn run(pool: &PgPool, statements: &str) {
    let run = sqlx::raw_sql(AssertSqlSafe(statements)).execute(pool);
    run.await.unwrap();
}

async fn versions(pool: &PgPool) -> Vec<(i32, i32)> {
    let versions = "SELECT version, lowest FROM linked_span_versions ORDER BY version";
    sqlx::query_as(versions).fetch_all(pool).await.unwrap()
}

async fn migrate_at_once(stores: Vec<Postgres>) {
    let mut processes = JoinSet::new();
    for store in stores {
        processes.spawn(async move { store.migrate().await });
    }
    while let Some(migrated) = processes.join_next().await {
        migrated.unwrap().unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixteen_first_starts_at_once_leave_one_version() {
    let schema = Schema::empty().await;
    let mut stores = Vec::new();
    for _ in 0..16 {
        stores.push(schema.open("ship").await);
    }
    migrate_at_once(stores).await;
    assert_eq!(versions(&schema.pool).await, [(1, 1), (2, 1)]);
    Worker::of(&schema).await.waits("order", 0).await;
}

/// The lock ends with the transaction, and does not stay on a connection of the pooler.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn first_starts_at_once_behind_a_pooler_leave_one_version() {
    for which in [PgBouncer::Bookworm, PgBouncer::Trixie] {
        let behind = Behind::begin(which).await;
        let drop = "DROP TABLE linked_span_versions, linked_span_functions, linked_span_joins, linked_span_inputs, linked_span_leftovers";
        run(&behind.direct, drop).await;
        let mut stores = Vec::new();
        for _ in 0..16 {
            stores.push(behind.store().await);
        }
        migrate_at_once(stores).await;
        assert_eq!(versions(&behind.direct).await, [(1, 1), (2, 1)]);
        let locks = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' \
                     AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
        let locks: i64 = sqlx::query_scalar(locks)
            .fetch_one(&behind.direct)
            .await
            .unwrap();
        assert_eq!(locks, 0);
    }
}

#[tokio::test]
async fn user_migration_can_apply_the_schema() {
    let schema = Schema::empty().await;
    for _ in 0..2 {
        run(&schema.pool, Postgres::SCHEMA).await;
    }
    let worker = Worker::of(&schema).await;
    worker.waits("order", 0).await;
    worker.store.migrate().await.unwrap();
    assert_eq!(worker.len().await, 1);
    assert_eq!(versions(&schema.pool).await, [(1, 1), (2, 1)]);
}

/// Returns a program's migrations, the last of which is the store's.
async fn migrations_of_a_program(folder: &TempDir) -> Migrator {
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write(
        "1_orders.sql",
        "CREATE TABLE orders (id bigint PRIMARY KEY)",
    );
    write("2_joins.sql", Postgres::SCHEMA);
    Migrator::new(folder.path()).await.unwrap()
}

#[tokio::test]
async fn migrations_of_the_program_and_of_the_store_run_in_either_order() {
    let folder = TempDir::new().unwrap();
    let program = migrations_of_a_program(&folder).await;
    for is_first in [true, false] {
        let schema = Schema::empty().await;
        if is_first {
            program.run(&schema.pool).await.unwrap();
        }
        schema.store().migrate().await.unwrap();
        program.run(&schema.pool).await.unwrap();
        program.run(&schema.pool).await.unwrap();
        schema.store().migrate().await.unwrap();
        assert_eq!(versions(&schema.pool).await, [(1, 1), (2, 1)]);
        Worker::of(&schema).await.waits("order", 0).await;
    }
}

/// The tables have no version yet, and joins in every stage.
#[tokio::test]
async fn migration_of_a_million_rows_rewrites_none() {
    let schema = Schema::empty().await;
    run(&schema.pool, include_str!("unversioned.sql")).await;
    let fill = "INSERT INTO linked_span_joins (name, key, at, stage, since, until, deadline, attempts, came, came_at, payload_0) \
                SELECT 'ship', number::text::bytea, now, 'open', now, 0, now + 3600000, 0, 1, ARRAY[now, now], \
                '{\"version\":1,\"input\":{\"id\":0,\"text\":\"\"}}' \
                FROM generate_series(1, 1000000) AS number, \
                (SELECT floor(date_part('epoch', clock_timestamp()) * 1000)::bigint AS now) AS clock";
    run(&schema.pool, fill).await;
    let file_node = "SELECT pg_relation_filenode('linked_span_joins')::bigint";
    let before: i64 = sqlx::query_scalar(file_node)
        .fetch_one(&schema.pool)
        .await
        .unwrap();
    schema.store().migrate().await.unwrap();
    let after: i64 = sqlx::query_scalar(file_node)
        .fetch_one(&schema.pool)
        .await
        .unwrap();
    assert_eq!(before, after);
    let worker = Worker::of(&schema).await;
    worker.runs("77", 1).await;
}

/// A migration that a later release might make: more columns, and new procedures.
const NEXT: &str = "ALTER TABLE linked_span_joins ADD COLUMN more text; \
                    CREATE PROCEDURE linked_span_arrive_0_v3() LANGUAGE sql AS 'SELECT 1'; \
                    INSERT INTO linked_span_versions (version, lowest) VALUES (3, 1)";

/// This happens during a rolling deploy and after a roll-back.
#[tokio::test]
async fn release_runs_beside_a_newer_one_that_allows_it() {
    let schema = Schema::begin().await;
    let running = Worker::of(&schema).await;
    running.waits("before", 0).await;
    run(&schema.pool, NEXT).await;
    running.runs("before", 1).await;
    running.waits("after", 0).await;

    let rolled_back = schema.open("ship").await;
    rolled_back.migrate().await.unwrap();
    let rolled_back = Worker::of(&schema).await;
    let (token, _) = rolled_back.runs("after", 1).await;
    assert!(running.settle("after", token, Settlement::Completed).await);
    assert_eq!(versions(&schema.pool).await, [(1, 1), (2, 1), (3, 1)]);
}

fn says(error: &StoreError, part: &str) {
    assert!(matches!(error, StoreError::Misconfigured(_)), "{error:?}");
    assert!(error.to_string().starts_with(part), "{error}");
}

async fn refusal(store: &Postgres) -> StoreError {
    declare(store);
    let refused = store.arrive("order", &POLICY, 0.into(), Payload::new(7), Token::random());
    refused.await.unwrap_err().error
}

#[tokio::test]
async fn release_that_is_too_old_is_refused() {
    let schema = Schema::begin().await;
    let raise = "INSERT INTO linked_span_versions (version, lowest) VALUES (3, 1), (4, 3)";
    run(&schema.pool, raise).await;
    let error = schema.store().migrate().await.unwrap_err();
    says(&error, "use a newer release of linked-span");
    says(
        &refusal(&schema.store()).await,
        "use a newer release of linked-span",
    );
}

/// The migration that raises `lowest` drops what older releases need: a procedure, or a column for plain statements.
#[tokio::test]
async fn running_process_that_has_become_too_old_is_refused() {
    for (own, drop) in [
        (0, "DROP PROCEDURE linked_span_arrive_1_v2"),
        (4, "ALTER TABLE linked_span_functions DROP COLUMN v2"),
    ] {
        let schema = Schema::begin().await;
        let store = schema.store().own_connections(own);
        declare(&store);
        let policy = POLICY;
        let worker = Worker { store, policy };
        worker.waits("first", 0).await;
        worker.arrive("first", 1, Token::random()).await;
        worker.waits("order", 0).await;
        let raise =
            format!("{drop}; INSERT INTO linked_span_versions (version, lowest) VALUES (3, 3)");
        run(&schema.pool, &raise).await;
        let Worker { store, policy } = &worker;
        let refused = store.arrive("order", policy, 1.into(), Payload::new(1), Token::random());
        let refused = refused.await.unwrap_err();
        assert_eq!(refused.payload, Payload::new(1));
        assert!(
            matches!(refused.error, StoreError::Misconfigured(_)),
            "{refused:?}"
        );
    }
}

#[tokio::test]
async fn release_that_is_too_new_is_refused_with_a_request_to_migrate() {
    let schema = Schema::begin().await;
    run(
        &schema.pool,
        "DELETE FROM linked_span_versions WHERE version = 2",
    )
    .await;
    says(&refusal(&schema.store()).await, "run `Postgres::migrate`");
}

#[tokio::test]
async fn migration_gives_up_on_a_lock_in_time() {
    let schema = Schema::begin().await;
    run(&schema.pool, "DELETE FROM linked_span_versions").await;
    let mut holder = schema.pool.acquire().await.unwrap();
    let lock = "BEGIN; LOCK TABLE linked_span_joins IN ACCESS SHARE MODE";
    sqlx::raw_sql(lock).execute(&mut *holder).await.unwrap();
    let begun = Instant::now();
    let store = schema.store().call_timeout(Duration::from_millis(500));
    let error = store.migrate().await.unwrap_err();
    assert!(matches!(error, StoreError::Failed(_)), "{error:?}");
    assert!(
        begun.elapsed() < Duration::from_secs(20),
        "{:?}",
        begun.elapsed()
    );
    sqlx::raw_sql("ROLLBACK")
        .execute(&mut *holder)
        .await
        .unwrap();
    store.migrate().await.unwrap();
}

/// The connections may have any `search_path`, and the schema any name.
#[tokio::test]
async fn store_with_a_schema_uses_its_tables() {
    let admin = connect(options()).await;
    let schemas = ["shipping", "it's a \"Schema\""];
    for schema in schemas {
        let quoted = schema.replace('"', "\"\"");
        run(&admin, &format!("CREATE SCHEMA \"{quoted}\"")).await;
        for are_prepared in [true, false] {
            let store = Postgres::new(admin.clone())
                .schema(schema)
                .prepared_statements(are_prepared);
            store.migrate().await.unwrap();
            declare(&store);
            let worker = Worker {
                store,
                policy: POLICY,
            };
            let key = format!("{are_prepared}");
            let (token, _) = worker.complete(&key).await;
            assert!(worker.settle(&key, token, Settlement::Completed).await);
            assert!(worker.one(&key).await.is_some());
            assert_eq!(worker.len().await, 0);
        }
        let kept = format!("SELECT count(*) FROM \"{quoted}\".linked_span_joins");
        let kept: i64 = sqlx::query_scalar(AssertSqlSafe(kept))
            .fetch_one(&admin)
            .await
            .unwrap();
        assert_eq!(kept, 2);
    }
    let missing = Postgres::new(admin.clone()).schema("missing");
    let error = missing.migrate().await.unwrap_err();
    says(&error, "create the schema first");
}
