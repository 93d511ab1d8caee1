//! The suite on joins in a file.

use std::path::{Path, PathBuf};

use linked_span::fan_in::{Moment, ParkReason, Sqlite, Status, Token, Verdict};
use linked_span_tests_stores::conformance::Worker;
use linked_span_tests_stores::{Fixture, Payload, conformance, durable_conformance};
use serde_json::{Value, json};
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool, SqliteSynchronous};
use tempfile::TempDir;
use tokio::task::JoinSet;

struct File {
    folder: TempDir,
    pool: SqlitePool,
}

impl File {
    fn path(&self) -> PathBuf {
        self.folder.path().join("joins.db")
    }
}

/// Does not wait for the disk, which is not what is tested.
async fn connect(path: &Path) -> SqlitePool {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .synchronous(SqliteSynchronous::Off);
    SqlitePool::connect_with(options).await.unwrap()
}

impl Fixture for File {
    type Store = Sqlite;

    async fn begin() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("joins.db");
        Sqlite::open(&path).await.unwrap();
        let pool = connect(&path).await;
        Self { folder, pool }
    }

    async fn open(&self, _: &str) -> Sqlite {
        Sqlite::new(connect(&self.path()).await)
    }

    fn named(store: Sqlite, name: &str) -> Sqlite {
        store.named(name)
    }

    async fn lose_all(&self) {
        let lose = "DELETE FROM linked_span_functions; DELETE FROM linked_span_joins; DELETE FROM linked_span_inputs";
        sqlx::raw_sql(lose).execute(&self.pool).await.unwrap();
    }

    async fn pass(&self, milliseconds: Moment) {
        let milliseconds = i64::try_from(milliseconds).unwrap();
        for shift in [
            "UPDATE linked_span_joins SET since = since - ?1, until = max(until - ?1, 0), \
             deadline = max(deadline - ?1, 0), sweep_at = sweep_at - ?1, passing_at = passing_at - ?1",
            "UPDATE linked_span_inputs SET came_at = came_at - ?1",
        ] {
            let shifted = sqlx::query(shift).bind(milliseconds).execute(&self.pool);
            shifted.await.unwrap();
        }
    }

    async fn rows(&self) -> usize {
        let count = "SELECT (SELECT count(*) FROM linked_span_joins) + (SELECT count(*) FROM linked_span_inputs)";
        let count: i64 = sqlx::query_scalar(count)
            .fetch_one(&self.pool)
            .await
            .unwrap();
        usize::try_from(count).unwrap()
    }

    async fn spoil(&self, name: &str, key: &str) {
        let spoil = "UPDATE linked_span_inputs SET payload = '{' WHERE name = ?1 AND key = ?2";
        let spoilt = sqlx::query(spoil).bind(name).bind(key).execute(&self.pool);
        assert!(spoilt.await.unwrap().rows_affected() > 0);
    }
}

conformance!(File);
durable_conformance!(File);

/// It is readable to an operator, and says by which version of the encoding.
#[tokio::test]
async fn an_input_is_kept_as_json_and_what_a_later_version_wrote_is_parked() {
    let file = File::begin().await;
    let worker = Worker::of(&file).await;
    worker.waits("order", 0).await;
    let kept: Value = {
        let payload = "SELECT payload FROM linked_span_inputs";
        let payload: String = sqlx::query_scalar(payload)
            .fetch_one(&file.pool)
            .await
            .unwrap();
        serde_json::from_str(&payload).unwrap()
    };
    let input = serde_json::to_value(Payload::new(0)).unwrap();
    assert_eq!(kept, json!({ "version": 1, "input": input }));

    let later = json!({ "version": 2, "input": input }).to_string();
    let write = "UPDATE linked_span_inputs SET payload = ?1";
    let written = sqlx::query(write).bind(later).execute(&file.pool).await;
    assert_eq!(written.unwrap().rows_affected(), 1);
    let arrived = worker.arrive("order", 1, Token::random()).await;
    assert!(matches!(arrived.verdict, Verdict::Parked(_)), "{arrived:?}");
    let reason = ParkReason::Undecodable;
    assert_eq!(
        worker.one("order").await.unwrap().status,
        Status::Parked(reason)
    );
}

/// The second process to come waits for the first, however many there are.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_may_make_the_tables_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("joins.db");
    let mut opened = JoinSet::new();
    for _ in 0..8 {
        let path = path.clone();
        opened.spawn(async move { Sqlite::open(path).await.map(drop) });
    }
    while let Some(one) = opened.join_next().await {
        one.unwrap().unwrap();
    }
}
