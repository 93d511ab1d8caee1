//! A span that is active around the body and ends once.

use std::borrow::Cow;
use std::mem::{forget, take};

use opentelemetry::baggage::Baggage;
use opentelemetry::trace::{Status, TraceContextExt};
use opentelemetry::{Context, ContextGuard, KeyValue};

use crate::origin;
use crate::span::callsite::Errors;
use crate::span::counted::CANCELLED;
use crate::span::in_tracing::{Prepared, TracingSpan};
use crate::span::outcome::Recorder;
use crate::span::timer::Timer;
use crate::span::tracer::Started;
use crate::support::ambient;
use crate::support::shield::shielded;

/// Holds the context of the body, and a span to end if there is one.
#[derive(Debug)]
pub(crate) struct ActiveSpan {
    pub(crate) context: Context,
    /// `true` if the body runs in the context. A body that is only measured keeps the caller's context.
    has_context: bool,
    recording: bool,
    errors: Errors,
    /// `true` once the span has ended, or if there is no span.
    ended: bool,
    timer: Timer,
    tracing: TracingSpan,
}

impl ActiveSpan {
    pub(super) fn new(started: Started, errors: Errors) -> Self {
        Self {
            context: started.context,
            has_context: true,
            recording: started.recording,
            errors,
            ended: false,
            timer: Timer::off(),
            tracing: TracingSpan::default(),
        }
    }

    /// Adds a timer, which records the duration even without a span.
    #[inline]
    pub(super) fn measured(active: Option<Self>, timer: Timer) -> Option<Self> {
        if !timer.is_on() {
            return active;
        }
        let active = active.unwrap_or_else(Self::without_context);
        Some(Self { timer, ..active })
    }

    /// Returns the active context with this baggage.
    #[cold]
    pub(super) fn without_span(baggage: &Baggage) -> Option<Self> {
        ambient::map(|ambient| Self::of_context(origin::with_baggage(ambient, baggage)))
    }

    /// Wraps a context whose span, if any, belongs to another handler.
    pub(super) fn of_context(context: Context) -> Self {
        Self {
            context,
            has_context: true,
            ..Self::without_context()
        }
    }

    fn without_context() -> Self {
        Self {
            context: Context::default(),
            has_context: false,
            recording: false,
            // With `errors = off`, the macro generates a recorder that records no error.
            errors: Errors::Full,
            ended: true,
            timer: Timer::off(),
            tracing: TracingSpan::default(),
        }
    }

    /// Adds the `tracing` span around the body.
    #[cold]
    pub(super) fn in_tracing(active: Option<Self>, prepared: Prepared) -> Option<Self> {
        let mut active = match active {
            Some(active) => active,
            None => Self::of_context(ambient::current()?),
        };
        if let Some(tracing) = prepared.open(&active.context) {
            active.tracing = tracing;
        }
        Some(active)
    }

    /// Records the return value, and ends the span.
    #[inline]
    pub(crate) fn returned(mut self, record: impl FnOnce(&Recorder<'_>)) {
        if self.recording || self.timer.is_on() {
            let span = self.recording.then(|| self.context.span());
            let recorder = Recorder::new(span, self.errors);
            record(&recorder);
            self.timer.stop(recorder.error_type());
        }
        if !self.ended {
            self.finish();
        }
    }

    /// Ends the span.
    #[inline(never)]
    fn finish(self) {
        end(self.context);
    }

    /// Records the cancellation as an attribute and as an event.
    ///
    /// The SDK drops either beyond its limit.
    pub(crate) fn cancelled(&mut self) {
        self.timer.stop(Some("cancelled"));
        if !self.ended {
            shielded(|| {
                let span = self.context.span();
                span.set_attribute(KeyValue::new(CANCELLED, true));
                span.add_event(CANCELLED, Vec::new());
            });
            self.end();
        }
    }

    pub(crate) fn failed(&self, description: impl Into<Cow<'static, str>>) {
        if !self.ended {
            let status = Status::error(description);
            shielded(|| self.context.span().set_status(status));
        }
    }

    /// Makes the context current.
    ///
    /// Neither this function nor its caller is large, so that callers inline the poll of a handler.
    #[inline(never)]
    fn enter(&mut self) -> Option<ContextGuard> {
        if self.tracing.is_some() {
            self.tracing.enter();
        }
        ambient::attach(&self.context)
    }

    #[inline]
    fn leave(&mut self, context: Option<ContextGuard>) {
        drop(context);
        if self.tracing.is_some() {
            self.tracing.exit();
        }
    }

    #[cold]
    #[inline(never)]
    fn unwound(&mut self, context: Option<ContextGuard>) {
        self.leave(context);
        self.panicked();
    }

    fn panicked(&mut self) {
        self.timer.stop(Some("panic"));
        self.failed("panicked");
        self.end();
    }

    fn end(&mut self) {
        if !self.ended {
            self.ended = true;
            end(take(&mut self.context));
        }
    }
}

/// Ends the span explicitly: a task that the body spawned may keep the span's context for much longer.
///
/// The drop has a shield of its own: the SDK ends an open span again on drop, and may panic again.
#[inline]
fn end(context: Context) {
    shielded(|| context.span().end());
    shielded(|| drop(context));
}

/// Runs a part of the body with the span's context current, if there is a span.
///
/// `part` is called at one place only, so that the compiler inlines the body's poll.
#[inline]
pub(crate) fn within<R>(active: Option<&mut ActiveSpan>, part: impl FnOnce() -> R) -> R {
    let running = active.map(|active| Running {
        context: if active.has_context {
            active.enter()
        } else {
            None
        },
        active,
    });
    let result = part();
    if let Some(running) = running {
        running.leave();
    }
    result
}

/// Detects a panic of the body: only a panic drops it.
///
/// `std::thread::panicking()` would also be `true` in a destructor that handles an event.
struct Running<'a> {
    active: &'a mut ActiveSpan,
    context: Option<ContextGuard>,
}

impl Running<'_> {
    #[inline]
    fn leave(mut self) {
        self.active.leave(self.context.take());
        forget(self);
    }
}

impl Drop for Running<'_> {
    #[inline]
    fn drop(&mut self) {
        self.active.unwound(self.context.take());
    }
}
