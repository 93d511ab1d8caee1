//! A span that is active around the body, and ended once.

use std::borrow::Cow;
use std::mem::{forget, take};

use opentelemetry::baggage::Baggage;
use opentelemetry::trace::{Status, TraceContextExt};
use opentelemetry::{Context, KeyValue};

use crate::origin;
use crate::span::callsite::Errors;
use crate::span::counted::CANCELLED;
use crate::span::outcome::Recorder;
use crate::span::tracer::Started;
use crate::support::ambient;
use crate::support::shield::shielded;

/// A span that has to be ended, or none, and the context of the body.
#[derive(Debug)]
pub(crate) struct ActiveSpan {
    pub(crate) context: Context,
    recording: bool,
    errors: Errors,
    /// Also where there is none.
    ended: bool,
}

impl ActiveSpan {
    pub(super) fn new(started: Started, errors: Errors) -> Self {
        Self {
            context: started.context,
            recording: started.recording,
            errors,
            ended: false,
        }
    }

    /// The active context, with this baggage.
    #[cold]
    pub(super) fn without_span(baggage: &Baggage) -> Option<Self> {
        ambient::map(|ambient| Self::of_context(origin::with_baggage(ambient, baggage)))
    }

    /// Its span, if there is one, is not the handler's.
    pub(super) fn of_context(context: Context) -> Self {
        Self {
            context,
            recording: false,
            errors: Errors::Off,
            ended: true,
        }
    }

    /// Records what was returned.
    #[inline]
    pub(crate) fn returned(&mut self, record: impl FnOnce(&Recorder<'_>)) {
        if self.recording {
            record(&Recorder::new(self.context.span(), self.errors));
        }
        self.end();
    }

    /// Says it twice, since the SDK drops attributes and events that are too many.
    pub(crate) fn cancelled(&mut self) {
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

    fn panicked(&mut self) {
        self.failed("panicked");
        self.end();
    }

    /// Explicitly: a task that the body has spawned may hold the span's context for much longer.
    fn end(&mut self) {
        if !self.ended {
            self.ended = true;
            let ended = shielded(|| {
                self.context.span().end();
                drop(take(&mut self.context));
            });
            if ended.is_none() {
                self.drop_context();
            }
        }
    }

    /// After a panic: a span that has not ended ends once more when it is dropped, and may panic once more.
    #[cold]
    fn drop_context(&mut self) {
        shielded(|| drop(take(&mut self.context)));
    }

    /// Runs a part of the body, with the span's context current.
    #[inline]
    pub(crate) fn within<R>(&mut self, part: impl FnOnce() -> R) -> R {
        let running = Running(self);
        let guard = ambient::attach(&running.0.context);
        let result = part();
        drop(guard);
        forget(running);
        result
    }
}

/// Dropped only by a panic. `std::thread::panicking()` would also be true in a destructor that handles an event.
struct Running<'a>(&'a mut ActiveSpan);

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.0.panicked();
    }
}
