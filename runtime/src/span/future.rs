//! The future of a handler, which carries its span.

use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::task::{self, Poll};

use pin_project_lite::pin_project;

use crate::span::active::ActiveSpan;
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
                active.within(|| this.future.set(None));
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
    fn begin(&mut self) {
        if matches!(self, Self::Later(_)) {
            self.begin_now();
        }
    }

    /// Records the result and ends the span. Inlining would cost each poll 30 more instructions.
    #[inline(never)]
    fn finish<R>(&mut self, returned: &R, record: Record<R>) {
        if let Self::Running(active) = self {
            active.returned(|recorder| {
                record(returned, recorder);
            });
            *self = Self::Off;
        }
    }

    #[cold]
    fn begin_now(&mut self) {
        if let Self::Later(collected) = std::mem::replace(self, Self::Off) {
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
    let future = match &mut handling.0 {
        Some(active) => active.within(prepare),
        None => prepare(),
    };
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

    fn poll(self: Pin<&mut Self>, task: &mut task::Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let stage = &mut this.stage.0;
        stage.begin();
        let Stage::Running(active) = stage else {
            return poll_until_done(this.future, task);
        };
        let poll = active.within(|| poll_until_done(this.future, task));
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
