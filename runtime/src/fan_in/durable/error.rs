//! Calls that fail, and may be made again.

use std::error::Error;
use std::time::Duration;

use crate::fan_in::core::store::StoreError;

/// How long it takes until a call is made again, each time. A server that restarts takes longer: then the broker delivers
/// again.
const PAUSES: [Duration; 3] = [
    Duration::from_millis(10),
    Duration::from_millis(50),
    Duration::from_millis(250),
];

/// Why a database did not answer.
#[derive(Debug)]
pub(in crate::fan_in) enum BackendError {
    /// It may have done what it was asked or not. A delivery's token says that it is the same call, so that another is no
    /// harm and may help.
    Transient(Box<dyn Error + Send + Sync>),
    /// Another call would fail as well.
    Permanent(Box<dyn Error + Send + Sync>),
    /// The database does not have the function's declaration, or another one under its name: it has lost its data.
    Undeclared,
    /// The program, the database or its data has to be changed first.
    Misconfigured(String),
    /// The database takes no such key or input, at whatever delivery.
    #[cfg_attr(
        not(any(feature = "postgres", feature = "redis")),
        allow(dead_code, reason = "the others take any")
    )]
    Unencodable(Box<dyn Error + Send + Sync>),
}

impl BackendError {
    /// Returns what the caller of a store learns of it.
    pub(in crate::fan_in) fn into_error(self) -> StoreError {
        match self {
            Self::Transient(error) | Self::Permanent(error) => StoreError::Failed(error),
            Self::Undeclared => {
                let undeclared = "the store does not keep the function's declaration";
                StoreError::Misconfigured(undeclared.to_owned())
            }
            Self::Misconfigured(reason) => StoreError::Misconfigured(reason),
            Self::Unencodable(error) => StoreError::Unencodable(error),
        }
    }
}

/// Calls until there is an answer, as often as makes sense.
pub(in crate::fan_in) async fn with_retry<T, F>(
    mut call: impl FnMut() -> F,
) -> Result<T, BackendError>
where
    F: Future<Output = Result<T, BackendError>>,
{
    let mut pauses = PAUSES.into_iter();
    loop {
        match (call().await, pauses.next()) {
            (Err(BackendError::Transient(_)), Some(pause)) => tokio::time::sleep(pause).await,
            (answer, _) => return answer,
        }
    }
}
