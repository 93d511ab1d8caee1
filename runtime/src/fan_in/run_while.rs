//! Runs background work while a future runs.

use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

pin_project! {
    /// Returns the output of `first`. Polls `work` until `first` or `work` is done.
    pub(super) struct RunWhile<F, W> {
        #[pin]
        first: F,
        #[pin]
        work: Option<W>,
    }
}

impl<F, W> RunWhile<F, W> {
    pub(super) fn new(first: F, work: W) -> Self {
        let work = Some(work);
        Self { first, work }
    }
}

impl<F: Future, W: Future<Output = ()>> Future for RunWhile<F, W> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<F::Output> {
        let mut this = self.project();
        let poll = this.first.poll(task);
        if poll.is_pending() {
            if let Some(work) = this.work.as_mut().as_pin_mut() {
                if work.poll(task).is_ready() {
                    this.work.set(None);
                }
            }
        }
        poll
    }
}
