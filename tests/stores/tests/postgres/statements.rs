//! The cost of a call on the server.

use std::time::Duration;

use linked_span::fan_in::{JoinQuery, Settlement, Token, Verdict};
use linked_span_tests_stores::conformance::Worker;
use linked_span_tests_stores::{Fixture, MINUTE, POLICY, Payload};

use tokio::time::sleep;

use crate::incompressible::noise;
use crate::schema::Schema;

/// The counts of all calls since the last reading.
#[derive(Debug)]
pub(crate) struct Taken {
    pub(crate) calls: i64,
    bytes_logged: i64,
    pub(crate) pages_read: i64,
}

pub(crate) async fn taken(schema: &Schema) -> Taken {
    let sums = "SELECT coalesce(sum(calls), 0)::bigint AS calls, coalesce(sum(wal_bytes), 0)::bigint AS bytes_logged, \
                coalesce(sum(shared_blks_hit + shared_blks_read), 0)::bigint AS pages_read FROM pg_stat_statements \
                WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database()) \
                AND query NOT LIKE '%pg_stat_statements%'";
    let (calls, bytes_logged, pages_read) =
        sqlx::query_as(sums).fetch_one(&schema.pool).await.unwrap();
    let reset = "SELECT pg_stat_statements_reset(0, (SELECT oid FROM pg_database WHERE datname = current_database()), 0)";
    sqlx::raw_sql(reset).execute(&schema.pool).await.unwrap();
    Taken {
        calls,
        bytes_logged,
        pages_read,
    }
}

/// The statement commits by itself.
#[tokio::test]
async fn call_is_one_statement() {
    let schema = Schema::in_a_database("one_statement").await;
    let worker = Worker::with(&schema, POLICY.inputs(3)).await;
    worker.waits("another", 0).await;
    taken(&schema).await;
    let assert_is_one = async |call| assert_eq!(taken(&schema).await.calls, 1, "{call}");

    let token = Token::random();
    worker.waits("order", 0).await;
    assert_is_one("an arrival that is the first").await;
    worker.waits("order", 1).await;
    assert_is_one("an arrival that waits").await;
    worker.arrive("order", 2, token).await;
    assert_is_one("an arrival that claims").await;
    assert!(worker.renew("order", token).await);
    assert_is_one("a renewal").await;
    assert!(worker.settle("order", token, Settlement::Failed).await);
    assert_is_one("a failure").await;
    assert!(worker.retry("order").await);
    assert_is_one("a retry").await;
    let due = worker.one_due().await;
    assert_is_one("a sweep").await;
    assert!(
        worker
            .settle("order", due.token, Settlement::Completed)
            .await
    );
    assert_is_one("a success").await;
    assert_eq!(worker.list(JoinQuery::Key("order")).await.len(), 1);
    assert_is_one("a look").await;
    assert!(worker.forget("order").await);
    assert_is_one("a wish").await;
    assert_eq!(worker.len().await, 1);
    assert_is_one("a count").await;
}

/// The second statement claims the other join, removes ended joins, or handles a rare case of the arrival.
#[tokio::test]
async fn arrival_in_a_rare_case_or_where_another_join_is_due_is_two_statements() {
    let schema = Schema::in_a_database("two_statements").await;
    let worker = Worker::of(&schema).await;
    worker.waits("half", 0).await;
    taken(&schema).await;
    let assert_is = async |count, call| assert_eq!(taken(&schema).await.calls, count, "{call}");

    let again = worker.arrive("half", 0, Token::random()).await;
    assert!(matches!(again.verdict, Verdict::Duplicate(_)), "{again:?}");
    assert_is(2, "an arrival of what has come").await;
    schema.pass(POLICY.timeout + MINUTE).await;
    taken(&schema).await;
    let finds = worker.arrive("order", 0, Token::random()).await;
    assert!(finds.overdue.is_some());
    assert_is(2, "an arrival that finds another join").await;
    worker.waits("a second", 0).await;
    assert_is(2, "an arrival after which there is nothing to do").await;
    worker.waits("a third", 0).await;
    assert_is(1, "an arrival when there is nothing to do").await;
    schema.pass(MINUTE).await;
    taken(&schema).await;
    worker.waits("a fourth", 0).await;
    assert_is(2, "an arrival a minute after the last search").await;
}

/// The inputs may be large.
#[tokio::test]
async fn arrival_does_not_rewrite_stored_inputs() {
    let schema = Schema::in_a_database("written_once").await;
    let worker = Worker::with(&schema, POLICY.inputs(3)).await;
    worker.waits("another", 0).await;
    taken(&schema).await;

    let large = Payload {
        id: 0,
        text: noise(1 << 20),
    };
    worker.arrive_with("order", 0, large, Token::random()).await;
    let written = taken(&schema).await;
    assert!(written.bytes_logged > 1 << 19, "{written:?}");

    worker.waits("order", 1).await;
    let token = Token::random();
    worker.arrive("order", 2, token).await;
    assert!(worker.renew("order", token).await);
    assert!(worker.settle("order", token, Settlement::Failed).await);
    assert!(worker.retry("order").await);
    let written = taken(&schema).await;
    assert_eq!(written.calls, 5);
    assert!(written.bytes_logged < 1 << 16, "{written:?}");
}

/// This holds for any number of joins, for any statistics of the planner, and on a new connection.
#[tokio::test]
async fn arrival_reads_no_other_joins() {
    let schema = Schema::in_a_database("not_read").await;
    let policy = POLICY.max_attempts(1);
    let worker = Worker::with(&schema, policy).await;
    worker.complete("running").await;
    worker.waits("open", 0).await;
    let (token, _) = worker.complete("done").await;
    assert!(worker.settle("done", token, Settlement::Completed).await);
    let multiply = "CREATE TEMP TABLE others AS SELECT joins.*, number FROM linked_span_joins AS joins, generate_series(1, 3000) AS number; \
                    UPDATE others SET key = key || number::text::bytea; \
                    ALTER TABLE others DROP number; \
                    INSERT INTO linked_span_joins SELECT * FROM others; \
                    ANALYZE linked_span_joins";
    sqlx::raw_sql(multiply).execute(&schema.pool).await.unwrap();

    // A new connection reads the catalog for its plans. After five calls, the server may change to a generic plan.
    let worker = Worker::with(&schema, policy).await;
    let mut pages = Vec::new();
    for number in 0..10 {
        taken(&schema).await;
        for input in [0, 1] {
            worker
                .arrive(&number.to_string(), input, Token::random())
                .await;
        }
        assert!(worker.due(10).await.is_empty());
        pages.push(taken(&schema).await.pages_read);
    }
    let (early, late) = (pages[..5].iter().min(), pages[7..].iter().min());
    assert!(early < Some(&200) && late < Some(&200), "{pages:?}");
}

/// Their entries stay in an index, after those of due joins.
#[tokio::test]
async fn arrival_does_not_read_index_entries_of_ended_joins() {
    let schema = Schema::in_a_database("left_behind").await;
    let worker = Worker::of(&schema).await;
    worker.waits("order", 0).await;
    let (token, _) = worker.complete("done").await;
    assert!(worker.settle("done", token, Settlement::Completed).await);
    let leave_behind = "ALTER TABLE linked_span_joins SET (autovacuum_enabled = off); \
                        CREATE TEMP TABLE others AS SELECT joins.*, number FROM linked_span_joins AS joins, generate_series(1, 30000) AS number \
                        WHERE stage = 'completed'; \
                        UPDATE others SET key = key || number::text::bytea, opportunistic_at = since - number; \
                        ALTER TABLE others DROP number; \
                        INSERT INTO linked_span_joins SELECT * FROM others; \
                        UPDATE linked_span_joins SET opportunistic_at = NULL WHERE stage = 'completed'; \
                        UPDATE linked_span_functions SET searched_at = floor(date_part('epoch', clock_timestamp()) * 1000)";
    sqlx::raw_sql(leave_behind)
        .execute(&schema.pool)
        .await
        .unwrap();
    // A procedure is planned once on each connection, and again after a change of the tables.
    let mut pages = Vec::new();
    for key in ["a", "b", "c", "d", "e", "f"] {
        taken(&schema).await;
        worker.complete(key).await;
        let read = taken(&schema).await;
        assert_eq!(read.calls, 2);
        pages.push(read.pages_read);
    }
    assert!(pages.iter().min() < Some(&100), "{pages:?}");

    // The search for a due join reads none either.
    let hasty = Worker::with(&schema, POLICY.timeout(Duration::ZERO)).await;
    let finder = Worker::of(&schema).await;
    schema.pass(MINUTE).await;
    finder.waits("a first", 0).await;
    let mut pages = Vec::new();
    for number in 0..6 {
        hasty.waits(&format!("half {number}"), 0).await;
        // After this pause the process searches again.
        sleep(Duration::from_millis(30)).await;
        taken(&schema).await;
        let key = format!("whole {number}");
        let finds = finder.arrive(&key, 0, Token::random()).await;
        assert!(finds.overdue.is_some());
        pages.push(taken(&schema).await.pages_read);
    }
    assert!(pages.iter().min() < Some(&120), "{pages:?}");

    // An arrival reads them every ten seconds, because one of them may be due.
    schema.pass(MINUTE).await;
    taken(&schema).await;
    worker.waits("a fourth", 0).await;
    let read = taken(&schema).await;
    assert!(read.pages_read > 100, "{read:?}");
}
