//! Work that may take so long and no longer.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

/// Returns what the work comes to, or `None` and drops it if the limit is over first.
pub(super) async fn within<F: Future>(
    work: F,
    limit: impl Future<Output = ()>,
) -> Option<F::Output> {
    let (mut work, mut limit) = (pin!(work), pin!(limit));
    poll_fn(|task| match work.as_mut().poll(task) {
        Poll::Ready(output) => Poll::Ready(Some(output)),
        Poll::Pending => limit.as_mut().poll(task).map(|()| None),
    })
    .await
}
