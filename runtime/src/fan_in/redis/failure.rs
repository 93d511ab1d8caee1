//! Which calls may be made again.

use redis::{ErrorKind, RedisError};

use crate::fan_in::durable::BackendError;

/// What a server says while it starts, is replaced, gives a slot away, or waits for its replicas, its disk or another's
/// script.
const PASSES: [&str; 12] = [
    "ASK",
    "BUSY",
    "CLUSTERDOWN",
    "LOADING",
    "MASTERDOWN",
    "MISCONF",
    "MOVED",
    "NOREPLICAS",
    "NOSCRIPT",
    "READONLY",
    "TRYAGAIN",
    "UNBLOCKED",
];

/// How `declared.lua` says that it does not find the function's declaration.
const UNDECLARED: &str = "UNDECLARED";

/// A server without memory refuses, since there is not more of it a moment later.
pub(super) fn failure(error: RedisError) -> BackendError {
    let passes = error.code().is_some_and(|code| PASSES.contains(&code));
    if passes || is_on_the_way(&error) {
        BackendError::Transient(error.into())
    } else if error.code() == Some(UNDECLARED) {
        BackendError::Undeclared
    } else if error
        .detail()
        .is_some_and(|detail| detail.contains("invalid bulk length"))
    {
        BackendError::Unencodable(error.into())
    } else {
        BackendError::Permanent(error.into())
    }
}

/// Whether it is the way to the server that failed, and not the server.
fn is_on_the_way(error: &RedisError) -> bool {
    let is_unknown = matches!(
        error.kind(),
        ErrorKind::MasterNameNotFoundBySentinel | ErrorKind::NoValidReplicasFoundBySentinel
    );
    // Another password is no more right a moment later.
    let is_refused = error.kind() == ErrorKind::AuthenticationFailed;
    error.is_io_error() || is_unknown || (error.is_unrecoverable_error() && !is_refused)
}
