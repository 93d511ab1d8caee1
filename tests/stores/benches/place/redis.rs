//! Joins in a Redis server.

use std::sync::LazyLock;

use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use redis::{Client, Cmd, FromRedisValue, Script, cmd};

use super::{Asked, PATIENCE};
use crate::bare::{Bare, Way};

/// The commands that only scripts send, unless the bare calls run.
const INSIDE: [&str; 10] = [
    "del",
    "hget",
    "hmget",
    "hset",
    "persist",
    "pexpireat",
    "time",
    "zadd",
    "zrangebyscore",
    "zrem",
];

static SET: LazyLock<Script> =
    LazyLock::new(|| Script::new("redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])"));

pub(crate) async fn connect(url: &str) -> ConnectionManager {
    let config = ConnectionManagerConfig::new().set_response_timeout(Some(PATIENCE));
    let client = Client::open(url).expect("a URL");
    let manager = client.get_connection_manager_with_config(config).await;
    manager.expect("a server")
}

impl Bare for ConnectionManager {
    async fn keep(&self, way: Way, key: &str, input: u8, text: &str) {
        let hash = format!("bare {way}:{key}");
        let set = if way == 0 {
            let mut set = cmd("HSET");
            set.arg(hash).arg(input).arg(text);
            set.exec_async(&mut self.clone()).await
        } else {
            let mut set = SET.key(hash);
            set.arg(input).arg(text);
            set.invoke_async(&mut self.clone()).await
        };
        set.expect("a server that keeps it");
    }
}

pub(super) async fn describe(url: &str) -> String {
    let server: String = ask(url, cmd("INFO").arg("server")).await;
    let version = server
        .lines()
        .find_map(|line| line.strip_prefix("redis_version:"));
    let append: Vec<String> = ask(
        url,
        cmd("CONFIG").arg("GET").arg(&["appendonly", "appendfsync"]),
    )
    .await;
    let append: Vec<_> = append.chunks(2).map(|setting| setting.join(" ")).collect();
    format!(
        "Redis {} with `{}`",
        version.expect("its version"),
        append.join("`, `")
    )
}

pub(super) async fn asked(url: &str) -> Asked {
    let stats: String = ask(url, cmd("INFO").arg("commandstats")).await;
    let mut asked = Asked::default();
    for line in stats.lines() {
        if let Some((command, calls)) = calls(line) {
            if INSIDE.contains(&command) {
                asked.inside += calls;
            } else {
                asked.trips += calls;
            }
        }
    }
    asked
}

/// Parses `cmdstat_hset:calls=3,usec=7,…`.
fn calls(line: &str) -> Option<(&str, f64)> {
    let (command, stats) = line.strip_prefix("cmdstat_")?.split_once(":calls=")?;
    let (calls, _) = stats.split_once(',')?;
    Some((command, calls.parse().ok()?))
}

async fn ask<T: FromRedisValue>(url: &str, command: &Cmd) -> T {
    let mut manager = connect(url).await;
    let asked = command.query_async(&mut manager).await;
    asked.expect("an answer")
}
