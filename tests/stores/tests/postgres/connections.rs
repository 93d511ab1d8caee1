//! Connections that the server closes.

use linked_span_tests_stores::Fixture;
use linked_span_tests_stores::conformance::Worker;

use crate::schema::Schema;

/// An operator or a restart closes it.
#[tokio::test]
async fn call_on_a_lost_connection_is_retried() {
    let schema = Schema::begin().await;
    let worker = Worker::of(&schema).await;
    worker.waits("order", 0).await;
    let ended: bool = sqlx::query_scalar(
        "SELECT bool_and(pg_terminate_backend(pid)) FROM pg_stat_activity \
         WHERE pid <> pg_backend_pid() AND application_name = current_schema()",
    )
    .fetch_one(&schema.pool)
    .await
    .unwrap();
    assert!(ended);
    worker.runs("order", 1).await;
}
