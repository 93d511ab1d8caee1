//! A database file that is removed or replaced while it is open: `SQLite` goes on writing to what has no name any more.

use std::fs;

use linked_span::fan_in::{Change, Operator, Settlement, Sqlite, Store, StoreError, Token};
use linked_span_tests_stores::conformance::Worker;
use linked_span_tests_stores::{Fixture, Payload, RULES};

use crate::fixture::File;

async fn assert_is_refused(worker: &Worker<Sqlite>) {
    let payload = Payload::new(0);
    let arrived = worker
        .store
        .arrive("new", &RULES, 0, payload.clone(), Token::random());
    let refused = arrived.await.unwrap_err();
    assert_eq!(refused.payload, payload);
    match refused.error {
        StoreError::Failed(error) => {
            let error = error.to_string();
            assert!(
                error.contains("removed or replaced while it was open"),
                "{error}"
            );
            assert!(error.contains("joins.db"), "{error}");
        }
        // The pool had to open the file again, and it is not there.
        StoreError::Misconfigured(why) => assert!(why.contains("name a file"), "{why}"),
        error => panic!("{error:?}"),
    }
    let token = Token::random();
    let store = &worker.store;
    let failed = Settlement::Failed;
    let settled = Store::<Payload>::apply(
        store,
        "order",
        &RULES,
        Change::Settle {
            token,
            settlement: failed,
        },
    );
    assert!(settled.await.is_err());
    let due = Store::<Payload>::claim_due(store, &RULES, token, 1);
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
    // It comes back.
    fs::rename(&away, &path).unwrap();
    worker.waits("another", 0).await;
    fs::remove_file(&path).unwrap();
    assert_is_refused(&worker).await;
}

/// As a restored backup does, or a deploy that copies a file.
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

/// What was written last is in the log alone.
#[tokio::test]
async fn arrival_after_the_log_was_removed_is_refused() {
    let file = File::begin().await;
    // A second connection would make a log of its own.
    let store = Sqlite::open(file.path()).await.unwrap();
    let worker = Worker::serving(store, "ship", RULES);
    file.pool.close().await;
    worker.waits("order", 0).await;
    fs::remove_file(file.path().with_extension("db-wal")).unwrap();
    assert_is_refused(&worker).await;
}

/// Where the process's folder changes, a relative path leads elsewhere; the file is the same.
#[tokio::test]
async fn file_is_known_by_its_full_path() {
    let file = File::begin().await;
    let link = file.path().with_extension("link");
    std::os::unix::fs::symlink(file.path(), &link).unwrap();
    let store = Sqlite::open(&link).await.unwrap();
    let worker = Worker::serving(store, "ship", RULES);
    worker.waits("order", 0).await;
    fs::remove_file(&link).unwrap();
    worker.waits("another", 0).await;
}
