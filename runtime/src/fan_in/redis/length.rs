//! Detects values that are too long for a server.

use redis::{Arg, Cmd, FromRedisValue, RedisError, cmd};

use super::calls::Calls;
use super::failure::failure;
use super::keys;
use super::scripts::Call;
use crate::fan_in::durable::{BackendError, with_retry};

/// The lowest value that `proto-max-bulk-len` can have.
const LOWEST_MAX: usize = 1 << 20;

/// Makes a call that writes, unless an argument has more than `longest` bytes.
pub(super) async fn write<T: FromRedisValue>(
    calls: &Calls,
    longest: usize,
    call: &Call,
) -> Result<T, BackendError> {
    let length = length(&call.command);
    if length > longest {
        let long = format!(
            "raise `proto-max-bulk-len`: the server accepts values of at most {longest} bytes"
        );
        return Err(BackendError::Unencodable(long.into()));
    }
    let mut called = calls.write(call).await;
    // For a longer argument, the server closes the connection, often before its error arrives. If that happened on every
    // try and the server still answers, the argument is the cause.
    if length > LOWEST_MAX && is_dropped(&called) && is_there(calls).await {
        called = calls.write(call).await;
        if is_dropped(&called) && is_there(calls).await {
            let closed = format!(
                "raise `proto-max-bulk-len`: the server closes the connection for a value of {length} bytes"
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

/// Returns `true` if the server answers a short command.
async fn is_there(calls: &Calls) -> bool {
    let mut count = cmd("ZCARD");
    count.arg(keys::unsettled(keys::FUNCTIONS));
    let counted =
        with_retry(|| async { calls.connection.query::<u64>(&count).await.map_err(failure) });
    counted.await.is_ok()
}
