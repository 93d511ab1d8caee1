//! The handler's span: opened with its links, active around the body, ended once.

use std::borrow::Cow;
use std::mem::{forget, take};
use std::rc::Rc;
use std::sync::Arc;
use std::time::SystemTime;

use opentelemetry::trace::{Status, TraceContextExt};
use opentelemetry::{Context, KeyValue};

use crate::callsite::{Callsite, Errors};
use crate::counted::CANCELLED;
use crate::fan_in::{Joined, lent};
use crate::link::Linked;
use crate::outcome::{Record, Recorder, Settled};
use crate::shield::shielded;
use crate::start::Start;
use crate::tracer::StartSpan;
use crate::{ambient, installed};

/// The span of a handler that runs, or nothing where none is made: without an SDK, or under suppressed telemetry.
#[derive(Debug)]
#[must_use]
pub struct Handling(pub(crate) Option<Active>);

/// What is needed to start a span, collected where the events are still there, for a future that starts it later.
#[derive(Debug)]
#[must_use]
pub struct Collected(pub(crate) Option<Box<Start>>);

/// Collects, and starts the span.
pub fn open(callsite: &'static Callsite, collect: impl FnOnce(&mut Start)) -> Handling {
    let joined = callsite.join.and_then(lent::take);
    open_for(joined, callsite, collect)
}

/// The same for a single event or batch of which nothing else is said: a closure would be checked for each handler anew.
pub fn open_event<Shape>(callsite: &'static Callsite, event: &impl Linked<Shape>) -> Handling {
    open(callsite, |start| start.event(event))
}

/// The same for a join, which is told of.
pub(crate) fn open_for(
    joined: Option<Arc<Joined>>,
    callsite: &'static Callsite,
    collect: impl FnOnce(&mut Start),
) -> Handling {
    let now = SystemTime::now();
    let Some(tracing) = Tracing::of(callsite, now) else {
        return Handling(None);
    };
    let mut start = Start::new(callsite);
    if let Some(joined) = joined {
        start.joined(joined);
    }
    collect_shielded(&mut start, now, collect);
    Handling(tracing.start(&mut start, now))
}

/// What was collected before a panic is kept.
#[inline]
fn collect_shielded(start: &mut Start, now: SystemTime, collect: impl FnOnce(&mut Start)) {
    shielded(|| installed::while_collecting(now, || collect(start)));
}

/// Collects, for a span that is started when the future is first polled.
pub fn collect(callsite: &'static Callsite, collect: impl FnOnce(&mut Start)) -> Collected {
    let now = SystemTime::now();
    if Tracing::of(callsite, now).is_none() {
        return Collected(None);
    }
    let mut start = Box::new(Start::new(callsite));
    collect_shielded(&mut start, now, collect);
    Collected(Some(start))
}

/// The same for a single event or batch of which nothing else is said.
pub fn collect_event<Shape>(callsite: &'static Callsite, event: &impl Linked<Shape>) -> Collected {
    collect(callsite, |start| start.event(event))
}

/// Collects what depends on the variables of the event's pattern, which are there once the event has been read.
pub fn collect_more(collected: Collected, more: impl FnOnce(&mut Start)) -> Collected {
    let mut collected = collected;
    if let Some(start) = &mut collected.0 {
        collect_shielded(start, SystemTime::now(), more);
    }
    collected
}

/// Starts the span of what was collected.
pub fn open_collected(collected: Collected) -> Handling {
    collected.open()
}

impl Collected {
    pub(crate) fn open(self) -> Handling {
        let now = SystemTime::now();
        Handling(
            self.0
                .and_then(|mut start| Tracing::of(start.callsite, now)?.start(&mut start, now)),
        )
    }
}

/// How the span is started.
struct Tracing {
    tracer: Starter,
    ambient: Context,
}

/// Who starts the span.
enum Starter {
    Installed(Rc<dyn StartSpan>),
    /// The handler's `tracer = …`, which is collected.
    Own,
}

impl Tracing {
    /// `None` where nothing need be computed, since nobody would see it.
    fn of(callsite: &Callsite, now: SystemTime) -> Option<Self> {
        let tracer = if callsite.own_tracer {
            Starter::Own
        } else {
            Starter::Installed(installed::tracer(callsite.scope(), now)?)
        };
        let ambient = ambient::current()?;
        (!ambient.is_telemetry_suppressed()).then_some(Self { tracer, ambient })
    }

    fn start(self, start: &mut Start, now: SystemTime) -> Option<Active> {
        // The SDK runs code of the user's: a sampler, span processors.
        shielded(|| self.start_unshielded(start, now)).flatten()
    }

    fn start_unshielded(self, start: &mut Start, now: SystemTime) -> Option<Active> {
        let own;
        let tracer: &dyn StartSpan = match &self.tracer {
            Starter::Installed(tracer) => &**tracer,
            Starter::Own => {
                own = take(&mut start.tracer);
                own.get()?
            }
        };
        let surroundings = start.surroundings(self.ambient);
        let pages = start.pages();
        let started = tracer.start_span(start.builder(now), &surroundings)?;
        if let (Some(pages), true) = (pages, started.recording) {
            pages.export(now, &started.context, tracer);
        }
        Some(Active {
            context: started.context,
            recording: started.recording,
            errors: start.callsite.errors,
            ended: false,
        })
    }
}

/// A span that has to be ended.
#[derive(Debug)]
pub(crate) struct Active {
    pub(crate) context: Context,
    recording: bool,
    errors: Errors,
    ended: bool,
}

impl Active {
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
        let status = Status::error(description);
        shielded(|| self.context.span().set_status(status));
    }

    fn panicked(&mut self) {
        self.failed("panicked");
        self.end();
    }

    /// Explicitly: whatever the body has spawned may hold the span's context for much longer.
    fn end(&mut self) {
        self.ended = true;
        let context = take(&mut self.context);
        shielded(|| context.span().end());
        // A span that was not ended ends again when it is dropped.
        shielded(|| drop(context));
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
struct Running<'a>(&'a mut Active);

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.0.panicked();
    }
}

/// Runs the body of a handler that is no future.
pub fn handle<R, O: Settled>(
    handling: Handling,
    body: impl FnOnce() -> R,
    record: Record<R, O>,
) -> R {
    let Some(mut active) = handling.0 else {
        return body();
    };
    let returned = active.within(body);
    active.returned(|recorder| {
        record(&returned, recorder);
    });
    returned
}
