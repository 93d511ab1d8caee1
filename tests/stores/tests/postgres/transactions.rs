//! Connections that another task has left inside a transaction.

use linked_span::fan_in::{JoinQuery, Postgres, Settlement, Token, Verdict};
use linked_span_tests_stores::conformance::Worker;
use linked_span_tests_stores::{Fixture, MINUTE, POLICY};
use sqlx::AssertSqlSafe;
use sqlx::postgres::PgPool;

use crate::schema::{Schema, declare};
use crate::server::connect;

/// Leaves each connection of the pool in a transaction, as a `begin()` does that was dropped in flight.
async fn leave(pool: &PgPool, statements: &'static str) {
    let mut connections = Vec::new();
    for _ in 0..pool.options().get_max_connections() {
        let mut connection = pool.acquire().await.unwrap();
        let left = sqlx::raw_sql(AssertSqlSafe(statements));
        let _ = left.execute(&mut *connection).await;
        connections.push(connection);
    }
    for connection in connections {
        // The connection is back in the pool before the next acquire.
        drop(connection);
    }
}

const LEFT: [&str; 4] = [
    "BEGIN",
    "BEGIN; SELECT count(*) FROM linked_span_joins",
    "BEGIN; SELECT 1 / 0",
    "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SELECT count(*) FROM linked_span_joins",
];

/// Each call runs on such connections, and another process sees its effect.
#[tokio::test]
async fn call_on_a_connection_that_was_left_inside_a_transaction_counts() {
    for (left, own) in LEFT.into_iter().flat_map(|left| [(left, 0), (left, 4)]) {
        let schema = Schema::begin().await;
        let worker = Worker::of(&schema).await;
        worker.waits("first", 0).await;
        let pool = connect((*schema.pool.connect_options()).clone()).await;
        let store = Postgres::new(pool.clone()).own_connections(own);
        declare(&store);
        let another = Worker {
            store,
            policy: POLICY,
        };
        let leave = async || leave(&pool, left).await;

        leave().await;
        another.waits("order", 0).await;
        assert!(worker.one("order").await.is_some(), "{left}");
        leave().await;
        let token = Token::random();
        let last = another.arrive("order", 1, token).await.verdict;
        assert!(matches!(last, Verdict::Run(_)), "{left} {last:?}");
        leave().await;
        assert!(another.renew("order", token).await, "{left}");
        leave().await;
        assert!(another.settle("order", token, Settlement::Failed).await);
        let listed = worker.one("order").await.unwrap();
        assert_eq!(listed.status, linked_span::fan_in::Status::Ready, "{left}");
        leave().await;
        assert!(another.retry("order").await, "{left}");
        leave().await;
        let due = another.one_due().await;
        assert!(worker.due(10).await.is_empty(), "{left}");
        assert!(
            worker
                .settle("order", due.token, Settlement::Completed)
                .await
        );
        leave().await;
        worker.waits("another", 0).await;
        assert_eq!(another.len().await, 2, "{left}");
        leave().await;
        assert_eq!(another.list(JoinQuery::Key("another")).await.len(), 1);
        leave().await;
        assert!(another.forget("another").await, "{left}");
        assert!(worker.one("another").await.is_none(), "{left}");
        schema.pass(POLICY.timeout + MINUTE).await;
        leave().await;
        let finds = another.arrive("a third", 0, Token::random()).await;
        assert!(finds.overdue.is_some(), "{left}");
        assert!(worker.due(10).await.is_empty(), "{left}");
    }
}

#[tokio::test]
async fn migration_on_a_connection_that_was_left_inside_a_transaction_is_kept() {
    let schema = Schema::empty().await;
    leave(&schema.pool, "BEGIN").await;
    schema.store().migrate().await.unwrap();
    Worker::of(&schema).await.waits("order", 0).await;
}
