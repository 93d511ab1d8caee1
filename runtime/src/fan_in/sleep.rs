//! How the runtime waits: for the next renewal, and for the end of a bounded call.

use std::future::pending;
use std::time::Duration;

use crate::support::timer::Timer;

/// Waits for this long: by tokio's clock inside a tokio runtime, and by a thread of this crate elsewhere.
///
/// A store without tokio would lose its claims if nothing renewed them, so the wait works on any executor.
pub(super) async fn sleep(span: Duration) {
    #[cfg(feature = "tokio")]
    if tokio::runtime::Handle::try_current().is_ok() {
        return tokio::time::sleep(span).await;
    }
    Timer::after(span).await;
}

/// Waits for the limit, or forever without one.
pub(super) async fn sleep_at_most(limit: Option<Duration>) {
    match limit {
        Some(limit) => sleep(limit).await,
        None => pending().await,
    }
}
