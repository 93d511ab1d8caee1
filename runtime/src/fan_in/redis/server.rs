//! Checks whether a server can keep joins.

use redis::{InfoDict, ParsingError, RedisError, ServerErrorKind, Value, cmd, from_redis_value};

use super::connection::Connection;
use super::failure::failure;
use crate::fan_in::core::error::StoreError;
use crate::fan_in::durable::{BackendError, with_retry};

/// The oldest version in which a script can read the time and then write.
const OLDEST: u32 = 5;

/// The default of `proto-max-bulk-len`, the longest argument in bytes.
const DEFAULT_MAX: usize = 512 << 20;

/// The properties of a server that the store uses.
#[derive(Clone, Copy, Debug)]
pub(super) struct Server {
    pub(super) is_cluster: bool,
    /// Whether each master rejects writes while it has too few replicas.
    pub(super) needs_replicas: bool,
    /// The longest argument that the server accepts, in bytes.
    pub(super) longest: usize,
}

/// Fails if the server cannot keep joins safely.
pub(super) async fn check(connection: &Connection) -> Result<Server, StoreError> {
    let command = cmd("INFO");
    let info = with_retry(|| async { connection.query(&command).await.map_err(of_info) }).await;
    let info = info.map_err(BackendError::into_error)?;
    let (nodes, is_cluster) = nodes(info).map_err(|error| StoreError::Failed(error.into()))?;
    for node in &nodes {
        check_node(node, is_cluster)?;
    }
    Ok(Server {
        is_cluster,
        needs_replicas: nodes
            .iter()
            .all(|node| node.contains_key(&"min_slaves_good_slaves")),
        longest: longest(connection).await,
    })
}

/// Returns the longest argument that the server accepts; the default, if the user has no right to read it.
async fn longest(connection: &Connection) -> usize {
    let mut config = cmd("CONFIG");
    config.arg("GET").arg("proto-max-bulk-len");
    let config = connection.query::<Vec<String>>(&config).await;
    let longest = config.ok().and_then(|config| config.get(1)?.parse().ok());
    longest.unwrap_or(DEFAULT_MAX)
}

fn of_info(error: RedisError) -> BackendError {
    if error.kind() == ServerErrorKind::NoPerm.into() {
        let right = "the user may not ask whether the server drops joins when its memory is full: \
                     grant it `+info`";
        return BackendError::Misconfigured(right.to_owned());
    }
    failure(error)
}

/// Reads the nodes' `INFO`. A cluster's connection returns one answer per master, by address.
fn nodes(info: Value) -> Result<(Vec<InfoDict>, bool), ParsingError> {
    match info {
        Value::Map(nodes) => {
            let nodes = nodes.into_iter().map(|(_, info)| from_redis_value(info));
            Ok((nodes.collect::<Result<_, _>>()?, true))
        }
        info => Ok((vec![from_redis_value(info)?], false)),
    }
}

fn check_node(info: &InfoDict, is_cluster: bool) -> Result<(), StoreError> {
    let word = |name| info.get::<String>(name).unwrap_or_default();
    let version = word("redis_version");
    let major = version
        .split('.')
        .next()
        .and_then(|major| major.parse().ok());
    let refused = if word("redis_mode") == "sentinel" {
        "this is a Sentinel, which keeps nothing: give `Redis::connect` a closure that asks it for the master".to_owned()
    } else if major.is_some_and(|major: u32| major < OLDEST) {
        format!("the server is Redis {version}: use version {OLDEST} or newer")
    } else if word("cluster_enabled") == "1" && !is_cluster {
        "the server is a node of a cluster: use the connection of a `redis::cluster::ClusterClient`"
            .to_owned()
    } else if word("role") == "slave" && !is_cluster {
        let replica = "the server is a replica, which only reads: connect to its master";
        return Err(StoreError::Failed(replica.into()));
    } else {
        match word("maxmemory_policy").as_str() {
            "" | "noeviction" => return Ok(()),
            policy => format!(
                "with `maxmemory-policy {policy}` the server drops joins when its memory is full: \
                 set `maxmemory-policy noeviction`"
            ),
        }
    };
    Err(StoreError::Misconfigured(refused))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(info: &str, is_cluster: bool) -> Option<String> {
        let refused = check_node(&InfoDict::new(info), is_cluster);
        refused.err().map(|error| error.to_string())
    }

    #[test]
    fn old_server_is_refused_with_the_version_to_use() {
        let refusal = refusal("redis_version:4.0.14", false).unwrap();
        assert_eq!(
            refusal,
            "the server is Redis 4.0.14: use version 5 or newer"
        );
    }

    #[test]
    fn server_that_says_nothing_of_itself_is_taken() {
        assert_eq!(refusal("", false), None);
        assert_eq!(refusal("redis_version:255.255.255", true), None);
    }
}
