//! Tables that are made by whoever comes first.

use linked_span::fan_in::Postgres;
use linked_span_tests_stores::Fixture;
use linked_span_tests_stores::conformance::Worker;
use tokio::task::JoinSet;

use crate::schema::Schema;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn processes_that_begin_at_once_make_the_tables_once() {
    let schema = Schema::empty().await;
    let mut processes = JoinSet::new();
    for _ in 0..8 {
        let store = schema.open("ship").await;
        processes.spawn(async move { store.migrate().await });
    }
    while let Some(migrated) = processes.join_next().await {
        migrated.unwrap().unwrap();
    }
    Worker::of(&schema).await.waits("order", 0).await;
}

#[tokio::test]
async fn a_migration_of_ones_own_may_apply_the_schema() {
    let schema = Schema::empty().await;
    for _ in 0..2 {
        sqlx::raw_sql(Postgres::SCHEMA)
            .execute(&schema.pool)
            .await
            .unwrap();
    }
    let worker = Worker::of(&schema).await;
    worker.waits("order", 0).await;
    worker.store.migrate().await.unwrap();
    assert_eq!(worker.len().await, 1);
}
