//! `PgBouncer`, which gives each transaction of a client any of its connections.

use std::fs;
use std::os::unix::fs::{MetadataExt, chown};
use std::path::Path;

use tempfile::TempDir;

use super::postgres::UNPRIVILEGED_USER;
use super::{Program, Server};

/// A release of Debian, whose `PgBouncer` runs.
#[derive(Clone, Copy, Debug)]
pub enum PgBouncer {
    /// 1.18, which does not support prepared statements.
    Bookworm,
    /// 1.24, which prepares the statements of its clients on each connection.
    Trixie,
}

impl Server {
    /// Starts `PgBouncer` in transaction mode with these settings, in front of a `PostgreSQL` server.
    ///
    /// # Panics
    ///
    /// If there is no such `pgbouncer` on this machine.
    #[must_use]
    pub fn pgbouncer(which: PgBouncer, postgres: &Self, settings: &[&str]) -> Self {
        let folder = TempDir::new().expect("a folder").keep();
        let user =
            (fs::metadata(&folder).expect("a folder").uid() == 0).then_some(UNPRIVILEGED_USER);
        if let Some(user) = user {
            chown(&folder, Some(user), Some(user)).expect("another owner");
        }
        let settings_file = folder.join("pgbouncer.ini");
        let written = fs::write(&settings_file, configuration(&folder, postgres, settings));
        written.expect("a file of settings");
        let program = match which {
            PgBouncer::Bookworm => "/usr/sbin/pgbouncer",
            PgBouncer::Trixie => "/opt/linked-span/pgbouncer/pgbouncer",
        };
        let program = Program {
            words: vec![program.to_owned(), settings_file.display().to_string()],
            signal: "KILL",
            user,
            socket: folder.join(".s.PGSQL.6432"),
            url: format!(
                "postgres://postgres@localhost/postgres?host={}&port=6432",
                folder.display()
            ),
        };
        Self::begin(folder, program)
    }
}

/// The pooler keeps connections for each database, and each test has a database of its own: it closes idle ones soon, before
/// they are more than the server allows.
fn configuration(folder: &Path, postgres: &Server, settings: &[&str]) -> String {
    let (at, to) = (folder.display(), postgres.folder().display());
    let settings = settings.join("\n");
    format!(
        "[databases]\n* = host={to} port=5432 user=postgres\n\
         [pgbouncer]\nlisten_addr =\nlisten_port = 6432\nunix_socket_dir = {at}\nauth_type = any\n\
         pool_mode = transaction\nmax_client_conn = 500\nignore_startup_parameters = extra_float_digits\n\
         server_idle_timeout = 5\n{settings}\n"
    )
}
