//! Calls that fail, and may be made again.

use std::error::Error;
use std::time::Duration;

use crate::fan_in::store::StoreError;

/// How long it takes until a call is made again, each time. A server that restarts takes longer: then the broker delivers
/// again.
const PAUSES: [Duration; 3] = [
    Duration::from_millis(10),
    Duration::from_millis(50),
    Duration::from_millis(250),
];

/// Why a database did not answer.
#[derive(Debug)]
pub(in crate::fan_in) enum Failure {
    /// It may have done what it was asked or not. A delivery's token says that it is the same call, so that another is no
    /// harm and may help.
    Lost(Box<dyn Error + Send + Sync>),
    /// Another call would fail as well.
    Refused(Box<dyn Error + Send + Sync>),
    /// The database takes no such key or input, at whatever delivery.
    #[cfg(feature = "postgres")] // the others take any
    Unencodable(Box<dyn Error + Send + Sync>),
}

/// Calls until there is an answer, as often as makes sense.
pub(super) async fn again<T, F>(mut call: impl FnMut() -> F) -> Result<T, StoreError>
where
    F: Future<Output = Result<T, Failure>>,
{
    let mut pauses = PAUSES.into_iter();
    loop {
        match (call().await, pauses.next()) {
            (Ok(answer), _) => return Ok(answer),
            (Err(Failure::Lost(_)), Some(pause)) => tokio::time::sleep(pause).await,
            (Err(Failure::Lost(error) | Failure::Refused(error)), _) => {
                return Err(StoreError::Failed(error));
            }
            #[cfg(feature = "postgres")]
            (Err(Failure::Unencodable(error)), _) => return Err(StoreError::Unencodable(error)),
        }
    }
}
