//! A database file that is removed or replaced while it is open. `SQLite` continues to write to the file without a
//! name.

use std::fs;

use linked_span::fan_in::{Change, Operator, Settlement, Sqlite, Store, StoreError, Token};
use linked_span_tests_stores::conformance::Worker;
use linked_span_tests_stores::{Fixture, POLICY, Payload};
use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};

use crate::fixture::File;

fn assert_names_the_file(error: StoreError) {
    let StoreError::Failed(error) = error else {
        panic!("{error:?}");
    };
    let error = error.to_string();
    assert!(
        error.contains("removed or replaced while it was open"),
        "{error}"
    );
    assert!(error.contains("joins.db"), "{error}");
}

async fn assert_is_refused(worker: &Worker<Sqlite>) {
    let payload = Payload::new(0);
    let arrived = worker
        .store
        .arrive("new", &POLICY, 0.into(), payload.clone(), Token::random());
    let refused = arrived.await.unwrap_err();
    assert_eq!(refused.payload, payload);
    assert_names_the_file(refused.error);
    let token = Token::random();
    let store = &worker.store;
    let failed = Settlement::Failed;
    let settled = Store::<Payload>::apply(
        store,
        "order",
        &POLICY,
        Change::Settle {
            token,
            settlement: failed,
        },
    );
    assert!(settled.await.is_err());
    let due = Store::<Payload>::claim_due(store, &POLICY, token, 1);
    assert!(due.await.is_err());
    assert!(Operator::len(store).await.is_err());
}

#[tokio::test]
async fn arrival_after_the_file_was_removed_is_refused() {
    let file = File::begin().await;
    let worker = Worker::of(&file).await;
    worker.waits("order", 0).await;
    let (path, away) = (file.path(), file.path().with_extension("away"));
    fs::rename(&path, &away).unwrap();
    assert_is_refused(&worker).await;
    // The file is restored.
    fs::rename(&away, &path).unwrap();
    worker.waits("another", 0).await;
    fs::remove_file(&path).unwrap();
    assert_is_refused(&worker).await;
}

/// A restored backup does this, or a deploy that copies a file.
#[tokio::test]
async fn arrival_after_the_file_was_replaced_is_refused() {
    let file = File::begin().await;
    let worker = Worker::of(&file).await;
    worker.waits("order", 0).await;
    let copy = file.path().with_extension("copy");
    fs::copy(file.path(), &copy).unwrap();
    fs::rename(&copy, file.path()).unwrap();
    assert_is_refused(&worker).await;
}

/// Only the log has the latest writes.
#[tokio::test]
async fn arrival_after_the_log_was_removed_is_refused() {
    let file = File::begin().await;
    // A second connection would create its own log.
    let store = Sqlite::open(file.path()).await.unwrap();
    let worker = Worker::serving(store, "ship", POLICY);
    file.pool.close().await;
    worker.waits("order", 0).await;
    fs::remove_file(file.path().with_extension("db-wal")).unwrap();
    assert_is_refused(&worker).await;
}

/// After a change of the process's folder, a relative path leads elsewhere. The file is the same.
#[tokio::test]
async fn file_is_known_by_its_full_path() {
    let file = File::begin().await;
    let link = file.path().with_extension("link");
    std::os::unix::fs::symlink(file.path(), &link).unwrap();
    let store = Sqlite::open(&link).await.unwrap();
    let worker = Worker::serving(store, "ship", POLICY);
    worker.waits("order", 0).await;
    fs::remove_file(&link).unwrap();
    worker.waits("another", 0).await;
}

/// A pool opens the file again after an error, or after a long idle time. It finds no file, or creates an empty one.
#[tokio::test]
async fn arrival_on_a_connection_opened_after_the_removal_is_refused() {
    for (is_created, was_called) in [(false, true), (true, true), (false, false), (true, false)] {
        let file = File::begin().await;
        let options = SqliteConnectOptions::new()
            .filename(file.path())
            .create_if_missing(is_created);
        let pool = SqlitePoolOptions::new()
            .max_connections(1)
            .connect_with(options)
            .await
            .unwrap();
        let store = Sqlite::new(pool.clone());
        store.migrate().await.unwrap();
        let worker = Worker::serving(store, "ship", POLICY);
        if was_called {
            worker.waits("order", 0).await;
        }
        // This frees the file's inode number for a new file.
        file.pool.close().await;
        pool.acquire().await.unwrap().close().await.unwrap();
        fs::remove_file(file.path()).unwrap();
        assert_is_refused(&worker).await;
        assert_names_the_file(worker.store.migrate().await.unwrap_err());
    }
}
