//! A full database: calls fail while it is full, inputs are returned, and all works once there is room.

use linked_span::fan_in::{ArriveResponse, Rejected, Sqlite, Store, StoreError, Token, Verdict};
use linked_span_tests_stores::conformance::Worker;
use linked_span_tests_stores::{Fixture, POLICY, Payload};
use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};

use crate::fixture::File;

/// A page of `SQLite` has room for about four of them.
fn large(id: u64) -> Payload {
    let text = "x".repeat(1_000);
    Payload { id, text }
}

pub(crate) async fn arrive(
    worker: &Worker<Sqlite>,
    key: &str,
) -> Result<ArriveResponse<Payload>, Rejected<Payload>> {
    let payload = large(7);
    worker
        .store
        .arrive(key, &POLICY, 0.into(), payload, Token::random())
        .await
}

/// Makes arrivals until one fails. Returns the acknowledged keys, and the key that failed.
pub(crate) async fn fill(worker: &Worker<Sqlite>) -> (Vec<String>, String) {
    let mut kept = Vec::new();
    for number in 0..10_000 {
        let key = format!("order {number}");
        match arrive(worker, &key).await {
            Ok(arrived) => {
                assert!(
                    matches!(arrived.verdict, Verdict::Waiting(_)),
                    "{arrived:?}"
                );
                kept.push(key);
            }
            Err(refused) => {
                assert_eq!(refused.payload, large(7));
                let StoreError::Failed(error) = refused.error else {
                    panic!("{refused:?}");
                };
                assert!(error.to_string().contains("full"), "{error}");
                return (kept, key);
            }
        }
    }
    panic!("it was never full");
}

/// Checks that the store has each acknowledged join, and nothing else.
pub(crate) async fn check(worker: &Worker<Sqlite>, kept: &[String]) {
    for key in kept {
        assert!(worker.one(key).await.is_some(), "{key}");
    }
    assert_eq!(worker.len().await, kept.len());
}

/// `PRAGMA max_page_count` belongs to a connection: it is gone with the connection that failed.
#[tokio::test]
async fn store_works_again_after_a_full_database_has_room() {
    let file = File::begin().await;
    let options = SqliteConnectOptions::new()
        .filename(file.path())
        .pragma("max_page_count", "40");
    let pool = SqlitePoolOptions::new().max_connections(1);
    let pool = pool.connect_with(options).await.unwrap();
    let worker = Worker::serving(Sqlite::new(pool.clone()), "ship", POLICY);
    let (mut kept, refused) = fill(&worker).await;
    assert!(kept.len() > 5, "{kept:?}");
    // A new connection has the pool's own pragmas, so the database stays full.
    for _ in 0..3 {
        assert!(arrive(&worker, &refused).await.is_err());
        check(&worker, &kept).await;
    }
    let raise = "PRAGMA max_page_count = 100000";
    let options = pool.connect_options().as_ref().clone();
    pool.set_connect_options(options.pragma("max_page_count", "100000"));
    sqlx::query(raise).execute(&pool).await.unwrap();
    assert!(arrive(&worker, &refused).await.is_ok());
    kept.push(refused);
    check(&worker, &kept).await;
    let (token, _) = worker.runs(&kept[0], 1).await;
    let completed = linked_span::fan_in::Settlement::Completed;
    assert!(worker.settle(&kept[0], token, completed).await);
}

/// The pool was wedged before: sqlx counts a transaction that `SQLite` has rolled back.
#[tokio::test]
async fn store_works_on_a_pool_whose_count_of_transactions_is_wrong() {
    let file = File::begin().await;
    let options = SqliteConnectOptions::new().filename(file.path());
    let pool = SqlitePoolOptions::new().max_connections(1);
    let pool = pool.connect_with(options).await.unwrap();
    let mut begun = pool.begin_with("BEGIN IMMEDIATE").await.unwrap();
    sqlx::query("ROLLBACK").execute(&mut *begun).await.unwrap();
    drop(begun);
    // sqlx could not roll back once more, and still counts a transaction.
    assert!(pool.begin_with("BEGIN IMMEDIATE").await.is_err());
    let worker = Worker::serving(Sqlite::new(pool), "ship", POLICY);
    worker.waits("order", 0).await;
}
