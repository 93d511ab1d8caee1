//! Passes a join to the span of its function.
//!
//! The user's function takes only its own parameters. So a thread-local lends the join while the function is called, or
//! its future polled, until the function's span has taken it.

use std::cell::Cell;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use crate::span::join::SpanOfJoin;

thread_local! {
    static LENT: Cell<Option<Lent>> = const { Cell::new(None) };
}

struct Lent {
    /// The name of the function's join type, so that no other function takes the join.
    to: &'static str,
    joined: Arc<dyn SpanOfJoin>,
}

/// Takes the join that was lent to this function, if any.
pub(crate) fn take(function: &'static str) -> Option<Arc<dyn SpanOfJoin>> {
    let lent = LENT.try_with(Cell::take).ok().flatten()?;
    if lent.to == function {
        return Some(lent.joined);
    }
    let _ = LENT.try_with(|cell| cell.set(Some(lent)));
    None
}

/// Calls a function for a join.
pub(crate) fn call<R>(
    joined: Arc<dyn SpanOfJoin>,
    to: &'static str,
    function: impl FnOnce() -> R,
) -> R {
    let (returned, _) = lending(Some(Lent { to, joined }), function);
    returned
}

/// Calls an `async` function for a join.
pub(crate) fn call_async<F>(
    joined: Arc<dyn SpanOfJoin>,
    to: &'static str,
    function: F,
) -> Called<F> {
    Called {
        future: function,
        lent: Some(Lent { to, joined }),
    }
}

pin_project! {
    /// Runs the future of a function that is called for a join.
    #[must_use = "futures do nothing unless they are awaited"]
    pub struct Called<F> {
        #[pin]
        future: F,
        lent: Option<Lent>,
    }
}

impl<F: Future> Future for Called<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        if this.lent.is_none() {
            return this.future.poll(task);
        }
        // Another attribute may wrap the function and wait before the span takes the join.
        let (poll, unclaimed) = lending(this.lent.take(), || this.future.poll(task));
        *this.lent = unclaimed;
        poll
    }
}

impl<F> std::fmt::Debug for Called<F> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Called").finish_non_exhaustive()
    }
}

/// Lends the join while `part` runs, and returns it if no span took it.
fn lending<R>(lent: Option<Lent>, part: impl FnOnce() -> R) -> (R, Option<Lent>) {
    /// Restores the previous loan, also after a panic.
    struct Restore(Option<Lent>);
    impl Restore {
        fn restore(&mut self) -> Option<Lent> {
            let before = self.0.take();
            LENT.try_with(|cell| cell.replace(before)).ok().flatten()
        }
    }
    impl Drop for Restore {
        fn drop(&mut self) {
            self.restore();
        }
    }
    let before = LENT.try_with(|cell| cell.replace(lent)).ok().flatten();
    let mut restore = Restore(before);
    let returned = part();
    let unclaimed = restore.restore();
    std::mem::forget(restore);
    (returned, unclaimed)
}
