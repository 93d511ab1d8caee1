//! Errors of a database, and retries.

use std::error::Error;
use std::time::Duration;

use crate::fan_in::core::error::StoreError;
use crate::fan_in::core::lists::ListLimit;

/// The pauses before each retry. They do not cover a server's restart; the broker redelivers after that.
const PAUSES: [Duration; 3] = [
    Duration::from_millis(10),
    Duration::from_millis(50),
    Duration::from_millis(250),
];

/// Classifies a failed call of a database.
#[derive(Debug)]
pub(in crate::fan_in) enum BackendError {
    /// The call may have taken effect or not. Retry it: the token of the delivery identifies the call, so it counts once.
    Transient(Box<dyn Error + Send + Sync>),
    /// A retry would fail too.
    Permanent(Box<dyn Error + Send + Sync>),
    /// The database lost the function's declaration, or stores another one under its name.
    Undeclared,
    /// The program, the database or its data must be changed first.
    Misconfigured(String),
    /// The database can never store this key or input.
    #[cfg_attr(
        not(any(feature = "postgres", feature = "redis")),
        allow(dead_code, reason = "SQLite can store any text")
    )]
    Unencodable(Box<dyn Error + Send + Sync>),
    /// The lists of the join have no room for the element. The call changed nothing.
    OverLimit(ListLimit),
}

impl BackendError {
    /// Converts to the error that a store returns.
    pub(in crate::fan_in) fn into_error(self) -> StoreError {
        match self {
            Self::Transient(error) | Self::Permanent(error) => StoreError::Failed(error),
            Self::Undeclared => {
                let undeclared = "the store does not keep the function's declaration";
                StoreError::Misconfigured(undeclared.to_owned())
            }
            Self::Misconfigured(reason) => StoreError::Misconfigured(reason),
            Self::Unencodable(error) => StoreError::Unencodable(error),
            Self::OverLimit(limit) => StoreError::OverLimit(limit),
        }
    }
}

/// Repeats a call while its error is transient, up to three times.
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
