//! Bounds the time of a future, without a runtime.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

/// Returns the output of `work`, or drops it and returns `None` if `limit` completes first.
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
