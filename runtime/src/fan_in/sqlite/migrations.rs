//! Creates and updates the tables, and checks their version.

use sqlx::sqlite::{SqliteConnection, SqlitePool};

use super::connection::{Access, Connection};
use super::failure::failure;
use super::file::File;
use crate::fan_in::durable::BackendError;

/// The version that this release needs.
const VERSION: i64 = 2;

/// The migrations, each with the version that it creates.
///
/// A migration only adds, and adds a row to `linked_span_versions`. An older release keeps working, unless the migration's
/// `lowest` is above the release's version.
const MIGRATIONS: [(i64, &str); 2] = [(1, SCHEMA), (2, SCHEMA_2)];

pub(super) const SCHEMA: &str = include_str!("schema.sql");

pub(super) const SCHEMA_2: &str = include_str!("lists.sql");

/// The versions that a database contains.
#[derive(Clone, Copy)]
struct Tables {
    /// The newest migration that was applied; 0 if there are no tables.
    version: i64,
    /// The lowest version of a release that may use the tables.
    lowest: i64,
}

/// Creates or updates the tables, unless they already have this version or a newer one.
pub(super) async fn migrate(pool: &SqlitePool) -> Result<(), BackendError> {
    log(pool).await?;
    let mut connection = Connection::begin(pool, Access::Read).await?;
    let tables = read(&mut connection).await?;
    connection.commit().await?;
    if tables.version < VERSION {
        apply(pool).await?;
    }
    let mut connection = Connection::begin(pool, Access::Read).await?;
    check(&mut connection).await?;
    connection.commit().await
}

/// Enables the write-ahead log. Fails for a database in memory.
async fn log(pool: &SqlitePool) -> Result<(), BackendError> {
    let mut connection = Connection::begin(pool, Access::Read).await?;
    File::of(&mut connection).await?;
    connection.end().await?;
    // SQLite changes the journal only outside a transaction, and `end` just closed the one on this connection.
    let log = sqlx::query("PRAGMA journal_mode = WAL")
        .execute(&mut *connection)
        .await;
    log.map(drop).map_err(failure)
}

/// Applies the missing migrations under the file's write lock. Concurrent callers wait, then find them applied.
async fn apply(pool: &SqlitePool) -> Result<(), BackendError> {
    let mut connection = Connection::begin(pool, Access::Write).await?;
    let tables = read(&mut connection).await?;
    for (version, migration) in MIGRATIONS {
        if version > tables.version {
            let applied = sqlx::raw_sql(migration).execute(&mut *connection).await;
            applied.map_err(failure)?;
        }
    }
    connection.commit().await
}

/// Fails if this release cannot use the tables.
pub(super) async fn check(connection: &mut SqliteConnection) -> Result<(), BackendError> {
    let Tables { version, lowest } = read(connection).await?;
    if version < VERSION {
        return Err(BackendError::Misconfigured(format!(
            "run `Sqlite::migrate`: the tables have version {version}, and this release needs version {VERSION}"
        )));
    }
    if lowest > VERSION {
        return Err(BackendError::Misconfigured(format!(
            "use a newer release of linked-span: this one has version {VERSION}, and the tables have version {version}, which \
             needs version {lowest} or newer"
        )));
    }
    Ok(())
}

async fn read(connection: &mut SqliteConnection) -> Result<Tables, BackendError> {
    let exists = "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'linked_span_versions')";
    let exists: bool = sqlx::query_scalar(exists)
        .fetch_one(&mut *connection)
        .await
        .map_err(failure)?;
    if !exists {
        return Ok(Tables {
            version: 0,
            lowest: 0,
        });
    }
    // In SQLite, a bare column next to `max` comes from the row with the maximum.
    let newest = "SELECT coalesce(max(version), 0), coalesce(lowest, 0) FROM linked_span_versions";
    let (version, lowest) = sqlx::query_as(newest)
        .fetch_one(connection)
        .await
        .map_err(failure)?;
    Ok(Tables { version, lowest })
}
