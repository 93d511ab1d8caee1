//! The future of a handler, which carries its span.

use std::mem::replace;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::task::{self, Poll};

use pin_project_lite::pin_project;

use crate::span::active::{ActiveSpan, within};
use crate::span::handle::{OpenSpan, PendingSpan};
use crate::span::outcome::Record;

pin_project! {
    /// Runs a handler's future with the handler's context current: at every poll, and while it is dropped.
    #[must_use = "futures do nothing unless they are awaited"]
    pub struct Handled<F: Future> {
        // `None` once the future is done, and during its drop.
        #[pin]
        future: Option<F>,
        record: Record<F::Output>,
        // A panic leaves an ended span, so only the future decides whether unwinding is safe.
        stage: AssertUnwindSafe<Stage>,
    }

    impl<F: Future> PinnedDrop for Handled<F> {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            if let Stage::Running(active) = &mut this.stage.0 {
                within(Some(active), || this.future.set(None));
                active.cancelled();
            }
        }
    }
}

enum Stage {
    /// The span starts at the first poll.
    Later(PendingSpan),
    Running(ActiveSpan),
    /// The span has ended, or there is none.
    Off,
}

impl Stage {
    fn of(handling: OpenSpan) -> Self {
        match handling.0 {
            Some(active) => Self::Running(active),
            None => Self::Off,
        }
    }

    #[inline]
    fn active(&mut self) -> Option<&mut ActiveSpan> {
        if matches!(self, Self::Later(_)) {
            self.begin();
        }
        match self {
            Self::Running(active) => Some(active),
            Self::Later(_) | Self::Off => None,
        }
    }

    /// Records the result and ends the span. Inlining would cost each poll 30 more instructions.
    #[inline(never)]
    fn finish<R>(&mut self, returned: &R, record: Record<R>) {
        if let Self::Running(active) = replace(self, Self::Off) {
            active.returned(|recorder| {
                record(returned, recorder);
            });
        }
    }

    #[cold]
    fn begin(&mut self) {
        if let Self::Later(collected) = replace(self, Self::Off) {
            *self = Self::of(collected.open());
        }
    }
}

impl<F: Future> Handled<F> {
    fn new(stage: Stage, future: F, record: Record<F::Output>) -> Self {
        Self {
            future: Some(future),
            record,
            stage: AssertUnwindSafe(stage),
        }
    }
}

/// Runs the future of an `async fn`, whose span is open.
pub fn handle_async<F: Future>(
    handling: OpenSpan,
    future: F,
    record: Record<F::Output>,
) -> Handled<F> {
    Handled::new(Stage::of(handling), future, record)
}

/// Runs a returned future, whose span starts at the first poll.
pub fn handle_later<F: Future>(
    collected: PendingSpan,
    future: F,
    record: Record<F::Output>,
) -> Handled<F> {
    Handled::new(Stage::Later(collected), future, record)
}

/// Runs a returned future after the function's own statements, inside the span.
pub fn handle_prepared<F: Future>(
    mut handling: OpenSpan,
    prepare: impl FnOnce() -> F,
    record: Record<F::Output>,
) -> Handled<F> {
    let future = within(handling.0.as_mut(), prepare);
    handle_async(handling, future, record)
}

/// Gives the compiler the output type of an `async` block; no code calls it.
#[must_use]
pub fn never<T>() -> T {
    unreachable!("only its type is of use")
}

/// Gives the compiler the output type of a returned future; no code calls it.
#[must_use]
pub fn output_of<F: Future>(_: impl FnOnce() -> F) -> F::Output {
    unreachable!("only its type is of use")
}

impl<F: Future> Future for Handled<F> {
    type Output = F::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, task: &mut task::Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let stage = &mut this.stage.0;
        let poll = within(stage.active(), || poll_until_done(this.future, task));
        if let Poll::Ready(returned) = &poll {
            stage.finish(returned, *this.record);
        }
        poll
    }
}

/// Polls a future, and drops it once it is done, because its destructors belong to the body.
#[inline]
fn poll_until_done<F: Future>(
    mut future: Pin<&mut Option<F>>,
    task: &mut task::Context<'_>,
) -> Poll<F::Output> {
    let Some(running) = future.as_mut().as_pin_mut() else {
        polled_too_often();
    };
    let poll = running.poll(task);
    if poll.is_ready() {
        future.set(None);
    }
    poll
}

/// Panics as the function's own future does. A future that stayed pending would hang the task.
#[cold]
fn polled_too_often() -> ! {
    panic!("`async fn` resumed after completion")
}

impl<F: Future> std::fmt::Debug for Handled<F> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Handled").finish_non_exhaustive()
    }
}
