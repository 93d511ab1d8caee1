//! Where joins are kept.

pub(crate) mod postgres;
pub(crate) mod redis;
pub(crate) mod sqlite;

use std::time::Duration;

use linked_span_tests_stores::servers::Server;
use tempfile::TempDir;

use crate::calls::Sharing;

/// As many as a process makes calls at once, at most.
const CONNECTIONS: u32 = 4;

/// A machine that has other things to do is no failure.
const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) enum Place {
    Memory,
    File(TempDir),
    Redis(Server),
    Postgres(Server),
}

/// What a server has been asked since it began.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Asked {
    /// From outside, each a round trip.
    pub(crate) trips: f64,
    /// By its scripts.
    pub(crate) inside: f64,
}

impl Place {
    /// One of each, in which there is nothing.
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

    /// What is asked of it beside, in each way.
    pub(crate) fn bare(&self) -> &'static [&'static str] {
        match self {
            Self::Memory => &[],
            Self::File(_) | Self::Postgres(_) => &["a bare upsert"],
            Self::Redis(_) => &["a bare `HSET`", "a script with that alone"],
        }
    }

    /// Who shares it, in one measurement and another.
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

    /// Its version, and how it keeps what it is told.
    pub(crate) async fn describe(&self) -> Option<String> {
        match self {
            Self::Memory => None,
            Self::File(folder) => Some(sqlite::describe(&folder.path().join(FILE)).await),
            Self::Redis(server) => Some(redis::describe(server.url()).await),
            Self::Postgres(server) => Some(postgres::describe(server.url()).await),
        }
    }

    /// `None` of what is no server.
    pub(crate) async fn asked(&self) -> Option<Asked> {
        match self {
            Self::Memory | Self::File(_) => None,
            Self::Redis(server) => Some(redis::asked(server.url()).await),
            Self::Postgres(server) => Some(postgres::asked(server.url()).await),
        }
    }
}

const FILE: &str = "joins.db";
