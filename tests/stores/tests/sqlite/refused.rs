//! A place that cannot store joins is refused when it is opened. The error names the fix.

use std::fs;
use std::time::{Duration, Instant};

use linked_span::fan_in::{Operator, Sqlite, Store, StoreError, Token};
use linked_span_tests_stores::conformance::Worker;
use linked_span_tests_stores::{Fixture, POLICY, Payload};
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool, SqlitePoolOptions};

use crate::fixture::File;

fn assert_is(error: StoreError, begins: &str) {
    let StoreError::Misconfigured(text) = error else {
        panic!("{error:?}");
    };
    assert!(text.starts_with(begins), "{text}");
}

const IN_MEMORY: &str = "name a file, or use `Memory`";

#[tokio::test]
async fn database_in_memory_is_refused_when_it_is_opened() {
    for name in [
        "",
        ":memory:",
        "file::memory:",
        "file:joins?mode=memory",
        "file::memory:?cache=shared",
    ] {
        let error = Sqlite::open(name).await.unwrap_err();
        assert_is(error, IN_MEMORY);
    }
    for url in [
        "sqlite::memory:",
        "sqlite://joins?mode=memory&cache=shared",
        "sqlite://",
    ] {
        let pool = SqlitePool::connect(url).await.unwrap();
        assert_is(
            Sqlite::new(pool.clone()).migrate().await.unwrap_err(),
            IN_MEMORY,
        );
        // The user's own migration has made the tables.
        sqlx::raw_sql(Sqlite::SCHEMA).execute(&pool).await.unwrap();
        let worker = Worker::serving(Sqlite::new(pool), "ship", POLICY);
        let arrived =
            worker
                .store
                .arrive("order", &POLICY, 0.into(), Payload::new(0), Token::random());
        let refused = arrived.await.unwrap_err();
        assert_eq!(refused.payload, Payload::new(0));
        assert_is(refused.error, IN_MEMORY);
    }
}

#[tokio::test]
async fn place_that_takes_no_file_is_refused_when_it_is_opened() {
    let folder = tempfile::tempdir().unwrap();
    let nowhere = Sqlite::open(folder.path().join("no/such/folder/joins.db")).await;
    assert_is(nowhere.unwrap_err(), "name a file in an existing folder");
    assert_is(
        Sqlite::open(folder.path()).await.unwrap_err(),
        "name a file in an existing folder",
    );
    // Even root cannot write there.
    assert_is(
        Sqlite::open("/proc/joins.db").await.unwrap_err(),
        "name a file in an existing folder",
    );
}

#[tokio::test]
async fn file_that_is_no_database_is_refused_and_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("joins.db");
    let text = "a list of orders\n".repeat(1_000);
    fs::write(&path, &text).unwrap();
    let error = Sqlite::open(&path).await.unwrap_err();
    assert_is(
        error,
        "name another file, or remove this one, which is not an SQLite database",
    );
    assert_eq!(fs::read_to_string(&path).unwrap(), text);
}

#[tokio::test]
async fn pool_that_only_reads_is_refused() {
    let file = File::begin().await;
    Worker::of(&file).await.waits("order", 0).await;
    let options = SqliteConnectOptions::new()
        .filename(file.path())
        .read_only(true);
    let pool = SqlitePoolOptions::new()
        .connect_with(options)
        .await
        .unwrap();
    let worker = Worker::serving(Sqlite::new(pool), "ship", POLICY);
    let arrived = worker
        .store
        .arrive("order", &POLICY, 1.into(), Payload::new(1), Token::random());
    assert_is(
        arrived.await.unwrap_err().error,
        "grant the process write access",
    );
}

#[tokio::test]
async fn tables_that_are_missing_are_an_error_that_names_migrate() {
    let folder = tempfile::tempdir().unwrap();
    let options = SqliteConnectOptions::new()
        .filename(folder.path().join("joins.db"))
        .create_if_missing(true);
    let pool = SqlitePool::connect_with(options).await.unwrap();
    let worker = Worker::serving(Sqlite::new(pool), "ship", POLICY);
    let error = Operator::len(&worker.store).await.unwrap_err();
    assert_is(error, "run `Sqlite::migrate`");
}

/// Another process has the write lock.
#[tokio::test]
async fn locked_file_is_an_error_within_the_call_timeout() {
    let file = File::begin().await;
    Worker::of(&file).await.waits("order", 0).await;
    let mut other = file.pool.begin_with("BEGIN EXCLUSIVE").await.unwrap();
    let timeout = Duration::from_millis(700);
    let store = Sqlite::open(file.path())
        .await
        .unwrap()
        .call_timeout(timeout);
    let worker = Worker::serving(store, "ship", POLICY);
    let since = Instant::now();
    let arrived = worker
        .store
        .arrive("order", &POLICY, 1.into(), Payload::new(1), Token::random());
    let refused = arrived.await.unwrap_err();
    assert!(
        matches!(refused.error, StoreError::Failed(_)),
        "{refused:?}"
    );
    assert_eq!(refused.payload, Payload::new(1));
    assert!(since.elapsed() < timeout * 3, "{:?}", since.elapsed());
    sqlx::query("ROLLBACK").execute(&mut *other).await.unwrap();
    // A connection may still wait for the lock, up to its own busy timeout. After that the store works again.
    let patient = worker.store.call_timeout(Duration::from_secs(20));
    let worker = Worker::serving(patient, "ship", POLICY);
    let (token, _) = worker.runs("order", 1).await;
    assert!(
        worker
            .settle("order", token, linked_span::fan_in::Settlement::Completed)
            .await
    );
}

/// Tables must be made while another process has the write lock.
#[tokio::test]
async fn migration_of_a_locked_file_is_an_error_within_the_call_timeout() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("joins.db");
    let options = SqliteConnectOptions::new()
        .filename(&path)
        .create_if_missing(true);
    let other = SqlitePool::connect_with(options.clone()).await.unwrap();
    let mut lock = other.begin_with("BEGIN EXCLUSIVE").await.unwrap();
    sqlx::query("CREATE TABLE mine (id INTEGER)")
        .execute(&mut *lock)
        .await
        .unwrap();
    let pool = SqlitePool::connect_lazy_with(options);
    let timeout = Duration::from_millis(500);
    let store = Sqlite::new(pool).call_timeout(timeout);
    let since = Instant::now();
    let error = store.migrate().await.unwrap_err();
    assert!(matches!(error, StoreError::Failed(_)), "{error:?}");
    assert!(since.elapsed() < timeout * 3, "{:?}", since.elapsed());
    lock.commit().await.unwrap();
    store
        .call_timeout(Duration::from_secs(20))
        .migrate()
        .await
        .unwrap();
}
