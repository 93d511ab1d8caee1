//! The version of the tables, and what makes them.

use sqlx::sqlite::{SqliteConnection, SqlitePool};

use super::connection::{Access, Connection};
use super::failure::failure;
use super::file::File;
use crate::fan_in::durable::BackendError;

/// The version that this release needs.
const VERSION: i64 = 1;

/// Each migration, by the version that it makes. A migration only adds, and notes itself in `linked_span_versions`. An older
/// release goes on with what it knows, unless the migration has a `lowest` above the release's version.
const MIGRATIONS: [(i64, &str); 1] = [(1, super::Sqlite::SCHEMA)];

/// What a database says of its tables.
#[derive(Clone, Copy)]
struct Tables {
    /// The newest migration that was applied; 0 if there are no tables.
    version: i64,
    /// The lowest version of a release that may use them.
    lowest: i64,
}

/// Makes the tables, or what is new in them, unless a release of this version or a newer one has.
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

/// Has the database write ahead. Refuses one in memory first.
async fn log(pool: &SqlitePool) -> Result<(), BackendError> {
    let mut connection = Connection::begin(pool, Access::Read).await?;
    File::of(&mut connection).await?;
    connection.end().await?;
    // Outside a transaction, and on a connection that is known to be in none.
    let log = sqlx::query("PRAGMA journal_mode = WAL")
        .execute(&mut *connection)
        .await;
    log.map(drop).map_err(failure)
}

/// One at a time does it: the others wait for the file's lock, and then find it done.
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

/// Refuses tables that this release cannot use.
pub(super) async fn check(connection: &mut SqliteConnection) -> Result<(), BackendError> {
    let Tables { version, lowest } = read(connection).await?;
    if version < VERSION {
        return Err(BackendError::Misconfigured(format!(
            "run `Sqlite::migrate`: the tables have version {version}, and this release needs version {VERSION}"
        )));
    }
    if lowest > VERSION {
        return Err(BackendError::Misconfigured(format!(
            "use a newer release of linked-span: this one has version {VERSION}, and the tables have version {version}, \
             for releases from version {lowest} on"
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
    // SQLite takes a column that stands beside `max` from the row that has it.
    let newest = "SELECT coalesce(max(version), 0), coalesce(lowest, 0) FROM linked_span_versions";
    let (version, lowest) = sqlx::query_as(newest)
        .fetch_one(connection)
        .await
        .map_err(failure)?;
    Ok(Tables { version, lowest })
}
