//! The file that keeps the joins.

use std::fs::Metadata;
use std::path::PathBuf;

use sqlx::sqlite::SqliteConnection;

use super::failure::failure;
use crate::fan_in::durable::BackendError;

/// The database's file, as it was when the store first saw it.
///
/// A file that is removed or replaced while it is open is written to until it is closed, without an error, and then is
/// gone. So each call looks at it before its caller is told anything: 2 µs. It looks and never opens the file, since closing
/// a file drops all locks that a process has on it.
#[derive(Debug)]
pub(super) struct File {
    path: PathBuf,
    identity: Identity,
    /// The write-ahead log, if there is one: it has what was written last.
    log: Option<PathBuf>,
}

impl File {
    /// Returns the file of an open database. Refuses one that has none.
    pub(super) async fn of(connection: &mut SqliteConnection) -> Result<Self, BackendError> {
        // In full, as SQLite opened it: what a relative path leads to may change.
        let file = "SELECT coalesce(file, '') FROM pragma_database_list WHERE name = 'main'";
        let file: String = sqlx::query_scalar(file)
            .fetch_one(&mut *connection)
            .await
            .map_err(failure)?;
        if file.is_empty() {
            return Err(BackendError::Misconfigured(
                "name a file, or use `Memory`: a database in memory is gone when the process ends, and with it each input \
                 that was acknowledged"
                    .to_owned(),
            ));
        }
        let journal: String = sqlx::query_scalar("PRAGMA journal_mode")
            .fetch_one(connection)
            .await
            .map_err(failure)?;
        let path = PathBuf::from(&file);
        let identity = path.metadata().map(|found| identity(&found));
        let Ok(identity) = identity else {
            return Err(lost(&path));
        };
        let log = (journal == "wal").then(|| PathBuf::from(file + "-wal"));
        Ok(Self {
            path,
            identity,
            log,
        })
    }

    /// Refuses to go on where the file is not the one that it was.
    pub(super) fn check(&self) -> Result<(), BackendError> {
        let found = self.path.metadata().map(|found| identity(&found));
        let has_log = self.log.as_ref().is_none_or(|log| log.exists());
        if found.ok() == Some(self.identity) && has_log {
            return Ok(());
        }
        Err(lost(&self.path))
    }
}

fn lost(path: &std::path::Path) -> BackendError {
    let file = path.display();
    BackendError::Permanent(
        format!(
            "put the database file back and restart the process: `{file}` or its write-ahead log was removed or replaced while \
             it was open, and what is written now would be lost"
        )
        .into(),
    )
}

#[cfg(unix)]
type Identity = (u64, u64);

#[cfg(unix)]
fn identity(found: &Metadata) -> Identity {
    use std::os::unix::fs::MetadataExt as _;
    (found.dev(), found.ino())
}

/// Elsewhere an open file cannot be removed.
#[cfg(not(unix))]
type Identity = ();

#[cfg(not(unix))]
fn identity(_: &Metadata) -> Identity {}
