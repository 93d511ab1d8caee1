//! Values that are too long for a server.

use redis::{Arg, Cmd, FromRedisValue, RedisError, cmd};

use super::connection::Connection;
use super::failure::failure;
use super::scripts::Call;
use super::{Redis, keys};
use crate::fan_in::durable::{BackendError, with_retry};

/// The longest argument that a server takes, in bytes, unless it is told otherwise.
const LONGEST: usize = 512 << 20;

/// What each server takes, however it is told.
const SHORTEST: usize = 1 << 20;

/// Returns the longest argument that the server takes. Many users may not ask, and then it is the usual one.
pub(super) async fn longest(connection: &Connection) -> usize {
    let mut config = cmd("CONFIG");
    config.arg("GET").arg("proto-max-bulk-len");
    let config = connection.query::<Vec<String>>(&config).await;
    let longest = config.ok().and_then(|config| config.get(1)?.parse().ok());
    longest.unwrap_or(LONGEST)
}

/// Makes a call that writes, unless it has an argument that the server never takes.
pub(super) async fn write<T: FromRedisValue>(
    redis: &Redis,
    call: &Call,
) -> Result<T, BackendError> {
    let length = length(&call.command);
    let longest = redis.server.longest;
    if length > longest {
        let long =
            format!("the server takes values of up to {longest} bytes: raise `proto-max-bulk-len`");
        return Err(BackendError::Unencodable(long.into()));
    }
    let mut called = redis.write(call).await;
    // A server that does not take the argument closes the connection, and its reason may not get through. It did so twice,
    // and is there.
    if length > SHORTEST && is_dropped(&called) && is_there(redis).await {
        called = redis.write(call).await;
        if is_dropped(&called) && is_there(redis).await {
            let closed = format!(
                "the server closes the connection for a value of {length} bytes: raise `proto-max-bulk-len`"
            );
            return Err(BackendError::Unencodable(closed.into()));
        }
    }
    called
}

fn length(command: &Cmd) -> usize {
    let lengths = command.args_iter().map(|argument| match argument {
        Arg::Simple(argument) => argument.len(),
        _ => 0,
    });
    lengths.max().unwrap_or_default()
}

fn is_dropped<T>(called: &Result<T, BackendError>) -> bool {
    let Err(BackendError::Transient(error)) = called else {
        return false;
    };
    let error = error.downcast_ref::<RedisError>();
    error.is_some_and(RedisError::is_connection_dropped)
}

/// Whether the server answers what is short.
async fn is_there(redis: &Redis) -> bool {
    let mut count = cmd("ZCARD");
    count.arg(keys::unsettled(keys::FUNCTIONS));
    let counted =
        with_retry(|| async { redis.connection.query::<u64>(&count).await.map_err(failure) });
    counted.await.is_ok()
}
