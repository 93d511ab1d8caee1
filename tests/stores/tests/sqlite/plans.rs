//! The cost of many ended joins: no call scans them.

use std::time::{Duration, Instant};

use linked_span::fan_in::{JoinQuery, Page, Token};
use linked_span_tests_stores::Fixture;
use linked_span_tests_stores::conformance::Worker;
use sqlx::sqlite::SqlitePool;

use crate::fixture::File;

/// Adds joins of `ship` that have completed and are still remembered.
pub(crate) async fn fill(pool: &SqlitePool, count: i64) {
    let fill = "WITH RECURSIVE numbers (number) AS (SELECT 1 UNION ALL SELECT number + 1 FROM numbers WHERE number < ?1) \
                INSERT INTO linked_span_joins (name, key, stage, since, holder, until, deadline, attempts) \
                SELECT 'ship', printf('ended %08d', number), 'completed', 1, '00000000000000000000000000000001', \
                9000000000000, 0, 0 FROM numbers";
    sqlx::query(fill).bind(count).execute(pool).await.unwrap();
}

#[tokio::test]
async fn no_call_scans_ended_joins() {
    no_call_scans(200_000).await;
}

#[tokio::test]
#[ignore = "takes seconds; `.ci/run` runs it"]
async fn no_call_scans_a_million_ended_joins() {
    no_call_scans(1_000_000).await;
}

/// A call may take a quarter of the time of a scan. Without one, it takes a twentieth or less.
async fn no_call_scans(ended: i64) {
    let file = File::begin().await;
    fill(&file.pool, ended).await;
    let worker = Worker::of(&file).await;
    for key in 0..20 {
        worker.waits(&format!("open {key:02}"), 0).await;
    }
    let scan = time(async || {
        let count = "SELECT count(*) FROM linked_span_joins WHERE detail = '-'";
        let count = sqlx::query_scalar(count).fetch_one(&file.pool);
        let count: i64 = count.await.unwrap();
        assert_eq!(count, 0);
    });
    let bound = (scan.await / 4).min(Duration::from_millis(60));
    let page = Page::first(10);
    let calls = [
        (
            "len",
            time(async || assert_eq!(worker.len().await, 20)).await,
        ),
        (
            "due",
            time(async || assert!(worker.due(16).await.is_empty())).await,
        ),
        (
            "unsettled",
            time(async || assert_eq!(worker.list(JoinQuery::Unsettled(page)).await.len(), 10))
                .await,
        ),
        (
            "parked",
            time(async || assert!(worker.list(JoinQuery::Parked(page)).await.is_empty())).await,
        ),
        (
            "functions",
            time(async || assert_eq!(worker.store.functions().await.unwrap()[0].unsettled, 20))
                .await,
        ),
        (
            "arrival",
            time(async || drop(worker.arrive("open 00", 0, Token::random()).await)).await,
        ),
    ];
    println!("{calls:?} of {bound:?}");
    assert!(
        calls.iter().all(|(_, fastest)| *fastest < bound),
        "{calls:?} of {bound:?}"
    );
}

/// Returns the shortest of several durations, because other processes use the machine too.
async fn time(call: impl AsyncFn()) -> Duration {
    let mut fastest = Duration::MAX;
    for _ in 0..5 {
        let since = Instant::now();
        call().await;
        fastest = fastest.min(since.elapsed());
    }
    fastest
}
