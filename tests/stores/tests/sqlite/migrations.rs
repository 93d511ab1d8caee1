//! The version of the tables, and releases of several versions on one file.

use std::fs;

use linked_span::fan_in::{Operator, Settlement, Sqlite, StoreError, Timestamp};
use linked_span_tests_stores::conformance::Worker;
use linked_span_tests_stores::{Fixture, POLICY, Payload};
use serde_json::json;
use sqlx::migrate::Migrator;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool};
use tempfile::TempDir;
use tokio::task::JoinSet;

use crate::fixture::File;

/// The migrations of this release.
const CURRENT: [(i64, i64); 2] = [(1, 1), (2, 1)];

async fn empty() -> (TempDir, SqlitePool) {
    let folder = tempfile::tempdir().unwrap();
    let options = SqliteConnectOptions::new()
        .filename(folder.path().join("joins.db"))
        .create_if_missing(true);
    let pool = SqlitePool::connect_with(options).await.unwrap();
    (folder, pool)
}

async fn versions(pool: &SqlitePool) -> Vec<(i64, i64)> {
    let versions = "SELECT version, lowest FROM linked_span_versions ORDER BY version";
    sqlx::query_as(versions).fetch_all(pool).await.unwrap()
}

async fn works(pool: &SqlitePool, key: &str) {
    let worker = Worker::serving(Sqlite::new(pool.clone()), "ship", POLICY);
    let (token, _) = worker.complete(key).await;
    assert!(worker.settle(key, token, Settlement::Completed).await);
}

/// Every other start waits for the first, and finds the tables made.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixteen_first_starts_at_once_leave_one_version() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("joins.db");
    let mut opened = JoinSet::new();
    for key in 0..16 {
        let path = path.clone();
        opened.spawn(async move {
            let worker = Worker::serving(Sqlite::open(path).await.unwrap(), "ship", POLICY);
            worker.waits(&key.to_string(), 0).await;
        });
    }
    while let Some(one) = opened.join_next().await {
        one.unwrap();
    }
    let pool = SqlitePool::connect_with(SqliteConnectOptions::new().filename(&path));
    assert_eq!(versions(&pool.await.unwrap()).await, CURRENT);
    let worker = Worker::serving(Sqlite::open(path).await.unwrap(), "ship", POLICY);
    assert_eq!(worker.len().await, 16);
}

/// sqlx refuses migrations in its table that it does not know, so that two programs cannot share it (sqlx#1189).
#[tokio::test]
async fn migrations_of_the_users_work_before_and_after() {
    let migrations = tempfile::tempdir().unwrap();
    let write = |name: &str, sql: &str| fs::write(migrations.path().join(name), sql).unwrap();
    for users_first in [true, false] {
        write(
            "1_orders.sql",
            "CREATE TABLE orders (id INTEGER PRIMARY KEY)",
        );
        let _ = fs::remove_file(migrations.path().join("2_notes.sql"));
        let (_folder, pool) = empty().await;
        let users = async || {
            Migrator::new(migrations.path())
                .await
                .unwrap()
                .run(&pool)
                .await
                .unwrap();
        };
        if users_first {
            users().await;
            Sqlite::new(pool.clone()).migrate().await.unwrap();
        } else {
            Sqlite::new(pool.clone()).migrate().await.unwrap();
            users().await;
        }
        works(&pool, "order").await;
        write("2_notes.sql", "ALTER TABLE orders ADD COLUMN note TEXT");
        users().await;
        Sqlite::new(pool.clone()).migrate().await.unwrap();
        works(&pool, "another").await;
        assert_eq!(versions(&pool).await, CURRENT);
    }
}

#[tokio::test]
async fn schemas_applied_by_migrations_of_the_users_are_the_tables() {
    let (_folder, pool) = empty().await;
    for schema in [Sqlite::SCHEMA, Sqlite::SCHEMA_2] {
        sqlx::raw_sql(schema).execute(&pool).await.unwrap();
    }
    assert_eq!(versions(&pool).await, CURRENT);
    works(&pool, "order").await;
    Sqlite::new(pool.clone()).migrate().await.unwrap();
    assert_eq!(versions(&pool).await, CURRENT);
}

/// An arrival as version 1 wrote it: the statements and the values are that version's.
async fn arrive_as_version_1(pool: &SqlitePool, key: &str, input: u8, stage: &str) {
    let now = Timestamp::now().as_millis();
    let deadline = Timestamp::now().saturating_add(POLICY.timeout).as_millis();
    let (now, deadline) = (
        i64::try_from(now).unwrap(),
        i64::try_from(deadline).unwrap(),
    );
    let payload = json!({ "version": 1, "input": Payload::new(input.into()) });
    let written = sqlx::query(
        "INSERT INTO linked_span_joins \
         (name, key, stage, since, holder, until, deadline, attempts, sweep_at, opportunistic_at, detail) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11) \
         ON CONFLICT DO UPDATE SET stage = ?3, since = ?4, holder = ?5, until = ?6, deadline = ?7, \
         attempts = ?8, sweep_at = ?9, opportunistic_at = ?10, detail = ?11; \
         INSERT INTO linked_span_inputs (name, key, input, came_at, payload) VALUES (?1, ?2, ?12, ?13, ?14) \
         ON CONFLICT DO NOTHING",
    )
    .bind("ship")
    .bind(key)
    .bind(stage)
    .bind(now)
    .bind((stage == "running").then_some("00000000000000000000000000000001"))
    .bind(if stage == "running" { now } else { 0 })
    .bind(deadline)
    .bind(u32::from(stage == "running"))
    .bind(if stage == "running" { now } else { deadline })
    .bind(deadline)
    .bind(None::<&str>)
    .bind(input)
    .bind(now)
    .bind(payload.to_string())
    .execute(pool);
    written.await.unwrap();
}

#[tokio::test]
async fn joins_of_version_1_go_on_after_the_migration() {
    let (_folder, pool) = empty().await;
    sqlx::raw_sql(Sqlite::SCHEMA).execute(&pool).await.unwrap();
    let declare = "INSERT INTO linked_span_functions (name, inputs, declared_at) VALUES ('ship', 'a: Payload\nb: Payload', 0)";
    sqlx::raw_sql(declare).execute(&pool).await.unwrap();
    arrive_as_version_1(&pool, "open", 0, "open").await;
    arrive_as_version_1(&pool, "running", 0, "open").await;
    arrive_as_version_1(&pool, "running", 1, "running").await;

    Sqlite::new(pool.clone()).migrate().await.unwrap();
    assert_eq!(versions(&pool).await, CURRENT);
    let worker = Worker::serving(Sqlite::new(pool.clone()), "ship", POLICY);
    let (token, claim) = worker.runs("open", 1).await;
    assert_eq!(claim.inputs.len(), 2);
    assert!(worker.settle("open", token, Settlement::Completed).await);
    // The worker of version 1 has died.
    let due = worker.one_due().await;
    assert_eq!((due.key.as_str(), due.claim.attempts), ("running", 2));
    assert_eq!(due.claim.inputs.len(), 2);
    assert!(
        worker
            .settle("running", due.token, Settlement::Completed)
            .await
    );

    // A process of version 1 still runs.
    arrive_as_version_1(&pool, "later", 0, "open").await;
    let (token, _) = worker.runs("later", 1).await;
    assert!(worker.settle("later", token, Settlement::Completed).await);
    assert!(worker.is_empty().await);
}

/// Changes the tables as a newer release might: with columns, an index and a table.
async fn update(pool: &SqlitePool, lowest: i64) {
    let update = sqlx::AssertSqlSafe(format!(
        "ALTER TABLE linked_span_joins ADD COLUMN priority INTEGER; \
         ALTER TABLE linked_span_inputs ADD COLUMN origin TEXT; \
         ALTER TABLE linked_span_functions ADD COLUMN owner TEXT NOT NULL DEFAULT ''; \
         CREATE TABLE linked_span_more (id INTEGER PRIMARY KEY); \
         INSERT INTO linked_span_versions (version, lowest) VALUES (3, {lowest})"
    ));
    sqlx::raw_sql(update).execute(pool).await.unwrap();
}

#[tokio::test]
async fn release_works_on_while_and_after_a_newer_one_updates_the_tables() {
    let file = File::begin().await;
    let worker = Worker::of(&file).await;
    worker.waits("order", 0).await;
    update(&file.pool, 1).await;
    // A process that runs, one that starts, and one that migrates when it starts.
    worker.waits("another", 0).await;
    works(&file.pool, "third").await;
    let reopened = Worker::serving(Sqlite::open(file.path()).await.unwrap(), "ship", POLICY);
    let (token, _) = reopened.runs("order", 1).await;
    assert!(reopened.settle("order", token, Settlement::Completed).await);
    assert_eq!(reopened.len().await, 1);
    assert_eq!(versions(&file.pool).await, [(1, 1), (2, 1), (3, 1)]);
}

#[tokio::test]
async fn release_that_is_too_old_for_the_tables_is_refused_with_what_to_do() {
    let file = File::begin().await;
    update(&file.pool, 3).await;
    let too_old = "use a newer release of linked-span: this one has version 2, and the tables have version 3, which needs \
                   version 3 or newer";
    let error = Sqlite::open(file.path()).await.unwrap_err();
    assert!(matches!(error, StoreError::Misconfigured(_)), "{error:?}");
    assert_eq!(error.to_string(), too_old);
    let worker = Worker::of(&file).await;
    let error = Operator::len(&worker.store).await.unwrap_err();
    assert_eq!(error.to_string(), too_old);
}

#[tokio::test]
async fn tables_that_are_too_old_for_the_release_are_refused_until_they_are_migrated() {
    let (_folder, pool) = empty().await;
    sqlx::raw_sql("CREATE TABLE linked_span_versions (version INTEGER NOT NULL PRIMARY KEY, lowest INTEGER NOT NULL)")
        .execute(&pool)
        .await
        .unwrap();
    let worker = Worker::serving(Sqlite::new(pool.clone()), "ship", POLICY);
    let error = Operator::len(&worker.store).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "run `Sqlite::migrate`: the tables have version 0, and this release needs version 2"
    );
    worker.store.migrate().await.unwrap();
    works(&pool, "order").await;
}

/// With nothing to migrate, a process only reads when it starts, and rows cost nothing.
#[tokio::test]
async fn migration_writes_none_of_the_rows() {
    migration_writes_none_of(100_000).await;
}

#[tokio::test]
#[ignore = "takes seconds; `.ci/run` runs it"]
async fn migration_of_a_million_rows_writes_none_of_them() {
    migration_writes_none_of(1_000_000).await;
}

async fn migration_writes_none_of(rows: i64) {
    let file = File::begin().await;
    crate::plans::fill(&file.pool, rows).await;
    sqlx::raw_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        .execute(&file.pool)
        .await
        .unwrap();
    let before = fs::metadata(file.path()).unwrap().len();
    let since = std::time::Instant::now();
    Sqlite::open(file.path()).await.unwrap();
    assert!(since.elapsed().as_secs() < 2, "{:?}", since.elapsed());
    let log = fs::metadata(file.path().with_extension("db-wal")).map_or(0, |log| log.len());
    assert_eq!((fs::metadata(file.path()).unwrap().len(), log), (before, 0));
    // A column that a later version adds is not written into each row either.
    let since = std::time::Instant::now();
    update(&file.pool, 1).await;
    assert!(since.elapsed().as_secs() < 2, "{:?}", since.elapsed());
    let log = fs::metadata(file.path().with_extension("db-wal"))
        .unwrap()
        .len();
    assert!(log < before / 100, "{log} of {before}");
    works(&file.pool, "order").await;
}
