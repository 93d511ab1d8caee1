//! Work of an arrival at other joins.

use linked_span::fan_in::{Settlement, Token, Verdict};
use linked_span_tests_stores::conformance::Worker;
use linked_span_tests_stores::{Fixture, MINUTE, POLICY};

use crate::schema::Schema;

/// The next arrival repeats the work.
#[tokio::test]
async fn arrival_ignores_an_error_at_another_join() {
    let schema = Schema::begin().await;
    let worker = Worker::of(&schema).await;
    worker.waits("half", 0).await;
    schema.pass(POLICY.timeout + MINUTE).await;
    let refuse = "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'refused'; END $$; \
                  CREATE TRIGGER refuse BEFORE UPDATE ON linked_span_joins FOR EACH ROW \
                  WHEN (new.stage = 'expiring') EXECUTE FUNCTION refuse()";
    sqlx::raw_sql(refuse).execute(&schema.pool).await.unwrap();
    worker.waits("order", 0).await;
    let token = Token::random();
    let last = worker.arrive("order", 1, token).await;
    assert!(matches!(last.verdict, Verdict::Run(_)), "{last:?}");
    assert!(last.overdue.is_none(), "{last:?}");
    assert!(worker.settle("order", token, Settlement::Completed).await);

    let allow = "DROP TRIGGER refuse ON linked_span_joins";
    sqlx::raw_sql(allow).execute(&schema.pool).await.unwrap();
    let next = worker.arrive("another", 0, Token::random()).await;
    assert_eq!(next.overdue.expect("half of a join").key, "half");
}

/// One arrival removes only a part, so that it stays short.
#[tokio::test]
async fn arrival_removes_ended_joins_in_parts() {
    let schema = Schema::begin().await;
    let worker = Worker::of(&schema).await;
    let (token, _) = worker.complete("done").await;
    assert!(worker.settle("done", token, Settlement::Completed).await);
    let multiply = "CREATE TEMP TABLE others AS SELECT joins.*, number FROM linked_span_joins AS joins, generate_series(1, 1500) AS number; \
                    UPDATE others SET key = key || number::text::bytea; \
                    ALTER TABLE others DROP number; \
                    INSERT INTO linked_span_joins SELECT * FROM others";
    sqlx::raw_sql(multiply).execute(&schema.pool).await.unwrap();
    schema.pass(POLICY.dedup_window + MINUTE).await;
    for left in [501, 0, 0] {
        worker.waits("order", 0).await;
        assert_eq!(schema.rows().await, left + 1);
        assert!(worker.forget("order").await);
    }
}
