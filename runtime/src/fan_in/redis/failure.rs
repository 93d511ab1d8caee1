//! Which calls may be made again.

use redis::RedisError;

use crate::fan_in::durable::Failure;

/// What a server says while it starts, is replaced, or waits for its replicas, its disk or another's script.
const PASSES: [&str; 9] = [
    "BUSY",
    "CLUSTERDOWN",
    "LOADING",
    "MASTERDOWN",
    "MISCONF",
    "NOREPLICAS",
    "NOSCRIPT",
    "READONLY",
    "TRYAGAIN",
];

/// A server without memory refuses, since there is not more of it a moment later.
pub(super) fn failure(error: RedisError) -> Failure {
    let passes = error.code().is_some_and(|code| PASSES.contains(&code));
    if passes || error.is_io_error() || error.is_unrecoverable_error() {
        Failure::Lost(error.into())
    } else {
        Failure::Refused(error.into())
    }
}
