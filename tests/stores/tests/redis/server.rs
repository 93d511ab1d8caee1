//! A server and its databases.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use linked_span_tests_stores::servers::Server;
use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use redis::{Client, FromRedisValue};

/// Enough databases for each test of a process to have its own.
const DATABASES: u32 = 10_000;

const PATIENCE: Duration = Duration::from_mins(1);

/// The server that the tests share.
static SHARED: LazyLock<Server> =
    LazyLock::new(|| Server::redis(&["--databases", &DATABASES.to_string()]));

static NEXT_DATABASE: AtomicU32 = AtomicU32::new(0);

pub(crate) async fn connect_to(server: &Server, database: u32) -> ConnectionManager {
    let url = format!("{}?db={database}", server.url());
    let client = Client::open(url).unwrap();
    // The server is busy with all tests at once, and `pass` blocks it for long.
    let config = ConnectionManagerConfig::new().set_response_timeout(Some(PATIENCE));
    let connected = client.get_connection_manager_with_config(config).await;
    connected.unwrap()
}

/// A database that only one test uses, on the server that all tests share.
#[derive(Clone)]
pub(crate) struct Database {
    number: u32,
}

impl Database {
    pub(crate) async fn begin() -> Self {
        let number = NEXT_DATABASE.fetch_add(1, Ordering::Relaxed) % DATABASES;
        let database = Self { number };
        let mut manager = database.connect().await;
        let () = ask(&mut manager, &["FLUSHDB"]).await;
        database
    }

    pub(crate) async fn connect(&self) -> ConnectionManager {
        connect_to(&SHARED, self.number).await
    }
}

/// Sends a command, and returns the reply.
pub(crate) async fn ask<T: FromRedisValue>(manager: &mut ConnectionManager, words: &[&str]) -> T {
    let mut command = redis::cmd(words[0]);
    command.arg(&words[1..]);
    command.query_async(manager).await.unwrap()
}
