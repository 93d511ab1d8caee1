//! Polls several futures in one task.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;

/// Returns the outputs of all futures, which run interleaved.
pub(super) async fn join_all<F: Future, const COUNT: usize>(
    mut futures: [Pin<Box<F>>; COUNT],
) -> Vec<F::Output> {
    let mut outputs: Vec<Option<F::Output>> = (0..COUNT).map(|_| None).collect();
    poll_fn(|task| {
        for (future, output) in futures.iter_mut().zip(&mut outputs) {
            if output.is_some() {
                continue;
            }
            if let Poll::Ready(ready) = future.as_mut().poll(task) {
                *output = Some(ready);
            }
        }
        if outputs.iter().all(Option::is_some) {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    })
    .await;
    outputs.into_iter().flatten().collect()
}
