//! The database's file.

use std::fs::Metadata;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
#[cfg(unix)]
use std::time::SystemTime;

use sqlx::sqlite::SqliteConnection;

use super::failure::failure;
use crate::fan_in::durable::BackendError;

/// The identity of the database's file when the store first used it.
///
/// If an open file is removed or replaced, writes succeed without an error, and are lost when it is closed. So each call checks
/// the file's identity before it returns, which takes 2 µs. The check does not open the file, because closing a file drops
/// all locks of the process on it.
#[derive(Debug)]
pub(super) struct File {
    path: PathBuf,
    identity: Identity,
    /// The write-ahead log, if there is one. It contains the latest writes.
    log: Option<PathBuf>,
}

impl File {
    /// Returns the file of an open database. Fails for a database in memory.
    pub(super) async fn of(connection: &mut SqliteConnection) -> Result<Self, BackendError> {
        // The full path as SQLite opened it: the process may have changed its working directory.
        let file = "SELECT coalesce(file, '') FROM pragma_database_list WHERE name = 'main'";
        let file: String = sqlx::query_scalar(file)
            .fetch_one(&mut *connection)
            .await
            .map_err(failure)?;
        if file.is_empty() {
            return Err(BackendError::Misconfigured(
                "name a file, or use `Memory`: a database in memory is lost when the process ends, with every input that was \
                 acknowledged"
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

    /// Fails if the file was removed or replaced.
    pub(super) fn check(&self) -> Result<(), BackendError> {
        let has_log = self.log.as_ref().is_none_or(|log| exists(log));
        if self.is_in_place() && has_log {
            return Ok(());
        }
        Err(self.lost())
    }

    /// Returns `true` if the path leads to the file that was opened. Its log may have ended with the last connection.
    pub(super) fn is_in_place(&self) -> bool {
        let found = self.path.metadata().map(|found| identity(&found));
        found.ok() == Some(self.identity)
    }

    /// Returns the error of a call that found the file removed or replaced.
    pub(super) fn lost(&self) -> BackendError {
        lost(&self.path)
    }
}

/// Returns `true` if there is a file at the path.
///
/// `Path::exists` also asks for the file's times. Since Linux 6.13 the next write then updates them exactly, so that each
/// commit's `fsync` also writes them: an arrival takes a fifth longer.
fn exists(path: &Path) -> bool {
    // A file that is no link is another error.
    !matches!(path.read_link(), Err(error) if error.kind() == ErrorKind::NotFound)
}

fn lost(path: &Path) -> BackendError {
    let file = path.display();
    BackendError::Permanent(
        format!(
            "put the database file back and restart the process: `{file}` or its write-ahead log was removed or replaced while \
             it was open, and new writes would be lost"
        )
        .into(),
    )
}

/// A device, a number on it, and when the file was created: a new file may get the number of a removed one.
#[cfg(unix)]
type Identity = (u64, u64, Option<SystemTime>);

#[cfg(unix)]
fn identity(found: &Metadata) -> Identity {
    use std::os::unix::fs::MetadataExt as _;
    (found.dev(), found.ino(), found.created().ok())
}

/// On other systems an open file cannot be removed.
#[cfg(not(unix))]
type Identity = ();

#[cfg(not(unix))]
fn identity(_: &Metadata) -> Identity {}
