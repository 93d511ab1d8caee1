//! Rows that another transaction has locked.

use std::time::Duration;

use linked_span::fan_in::{Settlement, Token, Verdict};
use linked_span_tests_stores::conformance::Worker;
use linked_span_tests_stores::{Fixture, MINUTE, POLICY};
use tokio::time::{sleep, timeout};

use crate::schema::Schema;

/// Locks the rows of all joins.
async fn lock(schema: &Schema) -> sqlx::pool::PoolConnection<sqlx::Postgres> {
    let mut connection = schema.pool.acquire().await.unwrap();
    sqlx::raw_sql("BEGIN; SELECT FROM linked_span_joins FOR UPDATE")
        .execute(&mut *connection)
        .await
        .unwrap();
    connection
}

/// The deadline passes while the arrival waits for the lock.
#[tokio::test]
async fn arrival_reads_the_clock_after_the_row_lock() {
    let schema = Schema::begin().await;
    let policy = POLICY.timeout(Duration::from_millis(500));
    let worker = Worker::with(&schema, policy).await;
    worker.waits("order", 0).await;
    let mut holder = lock(&schema).await;
    let last = tokio::spawn({
        let worker = worker.clone();
        async move { worker.arrive("order", 1, Token::random()).await }
    });
    sleep(Duration::from_secs(1)).await;
    assert!(!last.is_finished());
    sqlx::raw_sql("COMMIT").execute(&mut *holder).await.unwrap();
    let verdict = last.await.unwrap().verdict;
    assert!(
        matches!(verdict, Verdict::DeliverExpired { .. }),
        "{verdict:?}"
    );
}

/// The wait for the lock does not shorten the lease.
#[tokio::test]
async fn arrival_that_waited_claims_from_the_row_lock_on() {
    let schema = Schema::begin().await;
    let worker = Worker::of(&schema).await;
    worker.waits("order", 0).await;
    let mut holder = lock(&schema).await;
    let last = tokio::spawn({
        let worker = worker.clone();
        async move { worker.runs("order", 1).await }
    });
    sleep(Duration::from_secs(1)).await;
    assert!(!last.is_finished());
    let begins: i64 =
        sqlx::query_scalar("SELECT floor(date_part('epoch', clock_timestamp()) * 1000)::bigint")
            .fetch_one(&mut *holder)
            .await
            .unwrap();
    sqlx::raw_sql("COMMIT").execute(&mut *holder).await.unwrap();
    last.await.unwrap();
    let ends: i64 = sqlx::query_scalar("SELECT until FROM linked_span_joins")
        .fetch_one(&schema.pool)
        .await
        .unwrap();
    assert!(ends >= begins + i64::try_from(POLICY.lease.as_millis()).unwrap());
}

/// Neither call waits for a locked row.
#[tokio::test]
async fn arrival_and_sweep_skip_locked_joins() {
    let schema = Schema::begin().await;
    let worker = Worker::of(&schema).await;
    worker.waits("half", 0).await;
    let (token, _) = worker.complete("done").await;
    assert!(worker.settle("done", token, Settlement::Completed).await);
    schema
        .pass(POLICY.dedup_window + POLICY.timeout + MINUTE)
        .await;
    let mut holder = lock(&schema).await;
    let calls = async {
        worker.waits("another", 0).await;
        assert!(worker.due(10).await.is_empty());
    };
    timeout(Duration::from_secs(20), calls)
        .await
        .expect("no call waits");
    sqlx::raw_sql("ROLLBACK")
        .execute(&mut *holder)
        .await
        .unwrap();
    assert_eq!(worker.one_due().await.key, "half");
    assert_eq!(schema.rows().await, 2);
}
