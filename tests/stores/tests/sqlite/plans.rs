//! The cost of many ended joins: no call scans them.

use linked_span::fan_in::{JoinQuery, Page, Sqlite, Token};
use linked_span_tests_stores::conformance::Worker;
use linked_span_tests_stores::{Fixture, POLICY};
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
    const ENDED: u32 = 20_000;
    let file = File::begin().await;
    fill(&file.pool, ENDED.into()).await;
    let counted = file.counted().await;
    let worker = Worker::serving(Sqlite::new(counted.pool.clone()), "ship", POLICY);
    for key in 0..20 {
        worker.waits(&format!("open {key:02}"), 0).await;
    }
    let scan = counted.during(async {
        let count = "SELECT count(*) FROM linked_span_joins WHERE detail = '-'";
        let count = sqlx::query_scalar(count).fetch_one(&counted.pool);
        let count: i64 = count.await.unwrap();
        assert_eq!(count, 0);
    });
    assert!(
        scan.await > ENDED.into(),
        "a scan takes at least one for each join"
    );

    let page = Page::first(10);
    let calls = [
        (
            "len",
            counted
                .during(async { assert_eq!(worker.len().await, 20) })
                .await,
        ),
        (
            "due",
            counted
                .during(async { assert!(worker.due(16).await.is_empty()) })
                .await,
        ),
        (
            "unsettled",
            counted
                .during(async {
                    let listed = worker.list(JoinQuery::Unsettled(page)).await;
                    assert_eq!(listed.len(), 10);
                })
                .await,
        ),
        (
            "parked",
            counted
                .during(async {
                    assert!(worker.list(JoinQuery::Parked(page)).await.is_empty());
                })
                .await,
        ),
        (
            "functions",
            counted
                .during(async {
                    let functions = worker.store.functions().await.unwrap();
                    assert_eq!(functions[0].unsettled, 20);
                })
                .await,
        ),
        (
            "arrival",
            counted
                .during(worker.arrive("open 00", 0, Token::random()))
                .await,
        ),
    ];
    println!("{calls:?}");
    assert!(
        calls.iter().all(|(_, instructions)| *instructions < 2_000),
        "{calls:?}"
    );
}
