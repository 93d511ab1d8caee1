//! Classifies errors of the server.

use redis::{ErrorKind, RedisError};

use crate::fan_in::durable::BackendError;

/// The error codes of a server that starts, is replaced, moves a slot, or waits for replicas, the disk or another script.
const TRANSIENT_CODES: [&str; 12] = [
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

/// The error of `check_declaration.lua` for a missing or different declaration of the function.
const UNDECLARED: &str = "UNDECLARED";

/// Classifies an error. A server without memory is a permanent error, because a retry would not help.
pub(super) fn failure(error: RedisError) -> BackendError {
    let passes = error
        .code()
        .is_some_and(|code| TRANSIENT_CODES.contains(&code));
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

/// Returns `true` if the connection failed, and not the server.
fn is_on_the_way(error: &RedisError) -> bool {
    let is_unknown = matches!(
        error.kind(),
        ErrorKind::MasterNameNotFoundBySentinel | ErrorKind::NoValidReplicasFoundBySentinel
    );
    // A wrong password stays wrong.
    let is_refused = error.kind() == ErrorKind::AuthenticationFailed;
    error.is_io_error() || is_unknown || (error.is_unrecoverable_error() && !is_refused)
}

/// Returns the error for a value that no script writes.
pub(super) fn unknown() -> BackendError {
    BackendError::Permanent("the server has an invalid value in a join".into())
}
