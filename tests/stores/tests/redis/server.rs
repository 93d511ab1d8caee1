//! A server that nobody else knows of.

use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use redis::{Client, FromRedisValue};
use tempfile::TempDir;

/// It goes with the process that has begun it, however that ends: then its standard input does.
const RUN: &str = r#"
folder=$1
shift
redis-server --port 0 --unixsocket "$folder/socket" --dir "$folder" --databases "$DATABASES" --save '' "$@" >"$folder/log" &
read -r _
kill $!
wait
rm -r "$folder"
"#;

/// More than a test process needs: a test has one to itself.
const DATABASES: u32 = 10_000;

const PATIENCE: Duration = Duration::from_mins(1);

/// The tests' one.
static SHARED: LazyLock<Server> = LazyLock::new(|| Server::begin(&[]));

static NEXT_DATABASE: AtomicU32 = AtomicU32::new(0);

pub(crate) struct Server {
    folder: String,
    child: Child,
}

impl Server {
    /// With these options.
    pub(crate) fn begin(options: &[&str]) -> Self {
        let folder = TempDir::new().unwrap().keep();
        let folder = folder.into_os_string().into_string().unwrap();
        let child = Command::new("sh")
            .args(["-c", RUN, "sh", &folder])
            .args(options)
            .env("DATABASES", DATABASES.to_string())
            .stdin(Stdio::piped())
            .spawn()
            .expect("a shell");
        Self { folder, child }
    }

    pub(crate) async fn connect(&self, database: u32) -> ConnectionManager {
        let url = format!("redis+unix://{}/socket?db={database}", self.folder);
        let client = Client::open(url).unwrap();
        // All the tests at once keep it busy, and `pass` does for long.
        let config = ConnectionManagerConfig::new().set_response_timeout(Some(PATIENCE));
        for _ in 0..500 {
            let connected = client
                .get_connection_manager_with_config(config.clone())
                .await;
            if let Ok(manager) = connected {
                return manager;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("is `redis-server` installed? {}/log", self.folder);
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

/// A database that no other test uses, of a server that all share.
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
        SHARED.connect(self.number).await
    }
}

/// A command, and what comes back.
pub(crate) async fn ask<T: FromRedisValue>(manager: &mut ConnectionManager, words: &[&str]) -> T {
    let mut command = redis::cmd(words[0]);
    command.arg(&words[1..]);
    command.query_async(manager).await.unwrap()
}
