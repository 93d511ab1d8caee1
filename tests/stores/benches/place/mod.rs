//! The places where joins are stored.

pub(crate) mod postgres;
pub(crate) mod redis;
pub(crate) mod sqlite;

use std::time::Duration;

use linked_span_tests_stores::servers::Server;
use tempfile::TempDir;

use crate::calls::Sharing;

/// The largest number of concurrent calls of a process.
const CONNECTIONS: u32 = 4;

/// Long enough for a machine that is busy.
const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) enum Place {
    Memory,
    File(TempDir),
    Redis(Server),
    Postgres(Server),
}

/// The number of requests to a server since its start.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Asked {
    /// Requests of clients, each of which is a round trip.
    pub(crate) trips: f64,
    /// Requests that scripts make inside the server.
    pub(crate) inside: f64,
}

impl Place {
    /// Returns an empty place of each kind.
    pub(crate) async fn all() -> [Self; 4] {
        let all = [
            Self::Memory,
            Self::File(TempDir::new().expect("a folder")),
            Self::Redis(Server::redis(&["--appendonly", "yes"])),
            Self::Postgres(Server::postgres(&[])),
        ];
        for place in &all {
            match place {
                Self::Memory | Self::Redis(_) => {}
                Self::File(folder) => sqlite::prepare(&folder.path().join(FILE)).await,
                Self::Postgres(server) => postgres::prepare(server.url()).await,
            }
        }
        all
    }

    pub(crate) fn url(&self) -> String {
        match self {
            Self::Memory => "memory:".to_owned(),
            Self::File(folder) => format!("sqlite:{}", folder.path().join(FILE).display()),
            Self::Redis(server) | Self::Postgres(server) => server.url().to_owned(),
        }
    }

    pub(crate) fn title(&self) -> &'static str {
        match self {
            Self::Memory => "`Memory`",
            Self::File(_) => "`Sqlite`",
            Self::Redis(_) => "`Redis`",
            Self::Postgres(_) => "`Postgres`",
        }
    }

    /// Returns the names of the bare ways.
    pub(crate) fn bare(&self) -> &'static [&'static str] {
        match self {
            Self::Memory => &[],
            Self::File(_) | Self::Postgres(_) => &["a bare upsert"],
            Self::Redis(_) => &["a bare `HSET`", "a script with that alone"],
        }
    }

    /// Returns how the processes share the place, one element for each measurement.
    pub(crate) fn shared(&self) -> impl Iterator<Item = Sharing> {
        let most = match self {
            Self::Memory => 1,
            Self::File(_) | Self::Redis(_) | Self::Postgres(_) => 6,
        };
        let shared = [(1, 1), (1, 4), (6, 1), (6, 4)].into_iter();
        shared
            .filter(move |(processes, _)| *processes <= most)
            .map(|(processes, at_once)| Sharing { processes, at_once })
    }

    /// The number of calls for which a round takes about a second.
    pub(crate) fn keys(&self) -> usize {
        match self {
            Self::Memory => 20_000,
            Self::File(_) => 240,
            Self::Redis(_) => 2_400,
            Self::Postgres(_) => 960,
        }
    }

    /// Returns the server's version and its durability settings.
    pub(crate) async fn describe(&self) -> Option<String> {
        match self {
            Self::Memory => None,
            Self::File(folder) => Some(sqlite::describe(&folder.path().join(FILE)).await),
            Self::Redis(server) => Some(redis::describe(server.url()).await),
            Self::Postgres(server) => Some(postgres::describe(server.url()).await),
        }
    }

    /// Returns the counts; `None` without a server.
    pub(crate) async fn asked(&self) -> Option<Asked> {
        match self {
            Self::Memory | Self::File(_) => None,
            Self::Redis(server) => Some(redis::asked(server.url()).await),
            Self::Postgres(server) => Some(postgres::asked(server.url()).await),
        }
    }
}

const FILE: &str = "joins.db";
