//! A file for each test.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use linked_span::fan_in::Sqlite;
use linked_span_tests_stores::Fixture;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool, SqlitePoolOptions, SqliteSynchronous};
use tempfile::TempDir;

pub(crate) struct File {
    folder: TempDir,
    pub(crate) pool: SqlitePool,
}

impl File {
    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("joins.db")
    }

    /// Connects so that the instructions of the virtual machine are counted.
    pub(crate) async fn counted(&self) -> Counted {
        let instructions = Arc::new(AtomicU64::new(0));
        let count = Arc::clone(&instructions);
        let pool = SqlitePoolOptions::new().after_connect(move |connection, _| {
            let count = Arc::clone(&count);
            Box::pin(async move {
                let mut handle = connection.lock_handle().await?;
                handle.set_progress_handler(1, move || {
                    count.fetch_add(1, Ordering::Relaxed);
                    true
                });
                Ok(())
            })
        });
        let pool = pool.connect_with(options(&self.path())).await.unwrap();
        Counted { pool, instructions }
    }
}

/// Counts the instructions that calls take. A scan takes several for each row.
pub(crate) struct Counted {
    pub(crate) pool: SqlitePool,
    instructions: Arc<AtomicU64>,
}

impl Counted {
    /// Returns how many instructions a call takes.
    pub(crate) async fn during(&self, call: impl Future) -> u64 {
        self.instructions.store(0, Ordering::Relaxed);
        call.await;
        let taken = self.instructions.load(Ordering::Relaxed);
        assert!(taken > 0, "nothing is counted");
        taken
    }
}

pub(crate) async fn connect(path: &Path) -> SqlitePool {
    SqlitePool::connect_with(options(path)).await.unwrap()
}

/// Returns options that do not wait for the disk, which the tests do not need.
fn options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .synchronous(SqliteSynchronous::Off)
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
        let lose = "DELETE FROM linked_span_functions; DELETE FROM linked_span_joins; DELETE FROM linked_span_inputs; \
                    DELETE FROM linked_span_elements; DELETE FROM linked_span_leftovers";
        sqlx::raw_sql(lose).execute(&self.pool).await.unwrap();
    }

    async fn pass(&self, span: Duration) {
        let milliseconds = i64::try_from(span.as_millis()).unwrap();
        for shift in [
            "UPDATE linked_span_joins SET since = since - ?1, until = max(until - ?1, 0), \
             deadline = max(deadline - ?1, 0), sweep_at = sweep_at - ?1, opportunistic_at = opportunistic_at - ?1",
            "UPDATE linked_span_inputs SET came_at = came_at - ?1",
            "UPDATE linked_span_elements SET came_at = came_at - ?1",
        ] {
            let shifted = sqlx::query(shift).bind(milliseconds).execute(&self.pool);
            shifted.await.unwrap();
        }
    }

    async fn rows(&self) -> usize {
        let count = "SELECT (SELECT count(*) FROM linked_span_joins) + (SELECT count(*) FROM linked_span_inputs) \
                     + (SELECT count(*) FROM linked_span_elements) + (SELECT count(*) FROM linked_span_leftovers)";
        let count: i64 = sqlx::query_scalar(count)
            .fetch_one(&self.pool)
            .await
            .unwrap();
        usize::try_from(count).unwrap()
    }

    async fn spoil(&self, name: &str, key: &str) {
        let mut spoilt = 0;
        for spoil in [
            "UPDATE linked_span_inputs SET payload = '{' WHERE name = ?1 AND key = ?2",
            "UPDATE linked_span_elements SET payload = '{' \
             WHERE instance = (SELECT instance FROM linked_span_joins WHERE name = ?1 AND key = ?2)",
        ] {
            let done = sqlx::query(spoil).bind(name).bind(key).execute(&self.pool);
            spoilt += done.await.unwrap().rows_affected();
        }
        assert!(spoilt > 0);
    }

    async fn lose_payloads(&self, name: &str, key: &str) {
        let statement = "DELETE FROM linked_span_inputs WHERE name = ?1 AND key = ?2 AND input = 0";
        let done = sqlx::query(statement)
            .bind(name)
            .bind(key)
            .execute(&self.pool);
        assert!(done.await.unwrap().rows_affected() > 0);
    }
}
