//! Joins in an `SQLite` file.

use std::path::Path;

use linked_span::fan_in::Sqlite;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions};

use super::PATIENCE;
use crate::bare::{Bare, Way};

/// Connects with the settings of `Sqlite::open`.
pub(crate) async fn connect(file: impl AsRef<Path>) -> SqlitePool {
    let options = SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .busy_timeout(PATIENCE);
    let pool = SqlitePoolOptions::new().max_connections(1);
    pool.connect_with(options).await.expect("a file")
}

pub(super) async fn prepare(file: &Path) {
    let pool = connect(file).await;
    let migrated = Sqlite::new(pool.clone()).migrate().await;
    migrated.expect("the store's tables");
    let table = "CREATE TABLE bare (key BLOB PRIMARY KEY, payload TEXT NOT NULL) WITHOUT ROWID";
    let made = sqlx::raw_sql(table).execute(&pool).await;
    made.expect("another table");
}

impl Bare for SqlitePool {
    async fn keep(&self, _: Way, key: &str, _: u8, text: &str) {
        let upsert = sqlx::query(
            "INSERT INTO bare (key, payload) VALUES (?1, ?2) \
             ON CONFLICT (key) DO UPDATE SET payload = excluded.payload",
        );
        let upserted = upsert.bind(key.as_bytes()).bind(text).execute(self).await;
        upserted.expect("a file that keeps it");
    }
}

pub(super) async fn describe(file: &Path) -> String {
    let pool = connect(file).await;
    let settings = "SELECT printf('SQLite %s with `journal_mode = %s`, `synchronous = %s`', sqlite_version(), \
                    journal_mode, iif(synchronous = 2, 'FULL', synchronous)) \
                    FROM pragma_journal_mode, pragma_synchronous";
    let settings = sqlx::query_scalar(settings).fetch_one(&pool).await;
    settings.expect("its settings")
}
