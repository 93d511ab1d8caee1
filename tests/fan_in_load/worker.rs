//! A worker that may die while it polls a future.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

/// The payload of a panic that belongs to the test.
struct Planned;

/// Panics without a message on standard error.
pub(crate) fn panic_as_planned() -> ! {
    resume_unwind(Box::new(Planned))
}

/// Polls a future once. It returns `None` if the future waits or panics as planned: the worker died with it.
pub(crate) fn poll_once<F: Future>(future: F) -> Option<F::Output> {
    let poll = || pin!(future).poll(&mut Context::from_waker(Waker::noop()));
    match catch_unwind(AssertUnwindSafe(poll)) {
        Ok(Poll::Ready(output)) => Some(output),
        Ok(Poll::Pending) => None,
        Err(panic) if panic.is::<Planned>() => None,
        Err(panic) => resume_unwind(panic),
    }
}

/// Fails a test that makes no progress.
pub(crate) struct Patience(Instant);

impl Patience {
    pub(crate) fn new() -> Self {
        Self(Instant::now())
    }

    /// Records progress.
    pub(crate) fn renew(&mut self) {
        *self = Self::new();
    }

    /// Fails if there was no progress for too long.
    pub(crate) fn try_on(&self, what: impl FnOnce() -> String) {
        let limit = Duration::from_secs(30);
        assert!(self.0.elapsed() < limit, "for {limit:?}: {}", what());
    }
}
