//! A connection that the user's code left inside a transaction. What is acknowledged on it would be rolled back later.

use std::time::Duration;

use linked_span::fan_in::{Sqlite, Token, Verdict};
use linked_span_tests_stores::conformance::Worker;
use linked_span_tests_stores::{Fixture, POLICY};
use sqlx::Connection as _;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool, SqlitePoolOptions};

use crate::fixture::File;

/// How long a connection of the user's pool waits for the file's write lock.
const BUSY_TIMEOUT: Duration = Duration::from_secs(1);

/// The user's pool, whose connections serve both.
async fn shared(file: &File, connections: u32) -> SqlitePool {
    let options = SqliteConnectOptions::new()
        .filename(file.path())
        .busy_timeout(BUSY_TIMEOUT);
    let pool = SqlitePoolOptions::new().max_connections(connections);
    pool.connect_with(options).await.unwrap()
}

fn worker(pool: &SqlitePool) -> Worker<Sqlite> {
    // While the transaction has the write lock, each other connection waits `BUSY_TIMEOUT` for it.
    let store = Sqlite::new(pool.clone()).call_timeout(Duration::from_mins(1));
    Worker::serving(store, "ship", POLICY)
}

/// Returns whether another process finds the join after the connection is closed.
async fn is_there(file: &File, key: &str) -> bool {
    Worker::of(file).await.one(key).await.is_some()
}

/// A `begin()` that was dropped between its statement and its reply leaves the connection so.
#[tokio::test]
async fn arrival_on_a_connection_that_sqlx_left_in_a_transaction_is_stored() {
    let file = File::begin().await;
    for connections in [1, 3] {
        let pool = shared(&file, connections).await;
        let worker = worker(&pool);
        for key in 0..4 {
            let mut left = pool.acquire().await.unwrap();
            std::mem::forget(left.begin().await.unwrap());
            assert!(left.is_in_transaction());
            drop(left);
            worker.waits(&format!("{connections} {key}"), 0).await;
        }
        pool.close().await;
        for key in 0..4 {
            assert!(is_there(&file, &format!("{connections} {key}")).await);
        }
    }
}

/// sqlx does not know of this transaction.
#[tokio::test]
async fn arrival_on_a_connection_with_a_begin_of_the_users_own_is_stored() {
    let file = File::begin().await;
    for connections in [1, 3] {
        let pool = shared(&file, connections).await;
        let worker = worker(&pool);
        for (key, begin) in ["BEGIN", "BEGIN IMMEDIATE", "SAVEPOINT mine"]
            .iter()
            .enumerate()
        {
            sqlx::query(*begin).execute(&pool).await.unwrap();
            worker.waits(&format!("{connections} {key}"), 0).await;
        }
        assert_eq!(worker.len().await, 3 + if connections == 3 { 3 } else { 0 });
        pool.close().await;
        for key in 0..3 {
            assert!(is_there(&file, &format!("{connections} {key}")).await);
        }
    }
}

/// The future is dropped at each await point, as `tokio::time::timeout` does.
#[tokio::test]
async fn arrivals_that_are_dropped_leave_no_transaction_behind() {
    let file = File::begin().await;
    let pool = shared(&file, 1).await;
    let worker = worker(&pool);
    worker.waits("first", 0).await;
    for micros in 0..200 {
        let bound = Duration::from_micros(micros * 5);
        let key = format!("dropped {micros}");
        let _ = tokio::time::timeout(bound, worker.waits(&key, 0)).await;
        let key = format!("kept {micros}");
        worker.waits(&key, 0).await;
        assert!(is_there(&file, &key).await);
    }
}

/// The join's timeout passes while another process has the file's write lock.
#[tokio::test]
async fn arrival_that_waited_for_the_lock_reads_the_clock_afterwards() {
    let file = File::begin().await;
    let timeout = Duration::from_secs(1);
    let worker = Worker::with(&file, POLICY.timeout(timeout)).await;
    worker.waits("order", 0).await;
    let lock = file.pool.begin_with("BEGIN IMMEDIATE").await.unwrap();
    let arrive = worker.arrive("order", 1, Token::random());
    let hold = async {
        tokio::time::sleep(timeout).await;
        lock.rollback().await.unwrap();
    };
    let (arrived, ()) = tokio::join!(arrive, hold);
    let verdict = arrived.verdict;
    assert!(
        matches!(verdict, Verdict::DeliverExpired { .. }),
        "{verdict:?}"
    );
}
