//! The handler's span: opened with its links, active around the body, ended once.

use std::borrow::Cow;
use std::mem::{forget, take};
use std::sync::Arc;
use std::time::SystemTime;

use opentelemetry::baggage::Baggage;
use opentelemetry::trace::{Status, TraceContextExt};
use opentelemetry::{Context, KeyValue};

use super::provider;
use crate::fan_in::{JoinInfo, handoff};
use crate::propagation::{Part, Propagation};
use crate::span::callsite::{Callsite, Errors};
use crate::span::counted::CANCELLED;
use crate::span::links::Linked;
use crate::span::outcome::{Record, Recorder, SyncOutcome};
use crate::span::request::SpanRequest;
use crate::span::timer::Timer;
use crate::span::tracer::StartSpan;
use crate::support::ambient;
use crate::support::clock::{self, Instant};
use crate::support::shield::shielded;
use crate::{origin, propagation};

/// The span of a handler that runs, or nothing where none is made: without an SDK, or under suppressed telemetry.
/// Where the event has baggage, there is always a context for the body. Where a meter provider is installed, the call is
/// measured in any case.
#[derive(Debug)]
#[must_use]
pub struct OpenSpan(pub(crate) Option<ActiveSpan>);

/// What is needed to start a span, collected where the events are still there, for a future that starts it later.
#[derive(Debug)]
#[must_use]
pub struct PendingSpan {
    callsite: &'static Callsite,
    request: Option<Box<SpanRequest>>,
}

/// Collects, and starts the span.
pub fn open(callsite: &'static Callsite, collect: impl FnOnce(&mut SpanRequest)) -> OpenSpan {
    let joined = callsite.join.and_then(handoff::take);
    open_for(joined, callsite, collect)
}

/// The same for a single event or batch of which nothing else is said: a closure would be checked for each handler anew.
pub fn open_event<Shape>(callsite: &'static Callsite, event: &impl Linked<Shape>) -> OpenSpan {
    let joined = callsite.join.and_then(handoff::take);
    let now = clock::now();
    let timer = Timer::start(callsite, now);
    let active = match SpanOpener::of(callsite, now) {
        Ok(tracing) => tracing.open(joined, callsite, |start| start.event(event)),
        Err(propagation) => ActiveSpan::with_baggage(baggage_of(event, propagation)),
    };
    OpenSpan::measured(active, timer)
}

/// The same for a join, which is told of.
pub(crate) fn open_for(
    joined: Option<Arc<JoinInfo>>,
    callsite: &'static Callsite,
    collect: impl FnOnce(&mut SpanRequest),
) -> OpenSpan {
    let now = clock::now();
    let timer = Timer::start(callsite, now);
    let active = match SpanOpener::of(callsite, now) {
        Ok(tracing) => tracing.open(joined, callsite, collect),
        Err(propagation) => ActiveSpan::with_baggage(baggage(callsite, propagation, collect)),
    };
    OpenSpan::measured(active, timer)
}

/// The event's baggage, for a body without a span: a handler that forwards it must not depend on an SDK.
fn baggage(
    callsite: &'static Callsite,
    propagation: Propagation,
    collect: impl FnOnce(&mut SpanRequest),
) -> Option<Arc<Baggage>> {
    if !callsite.one_event {
        return None;
    }
    let mut start = SpanRequest::without_span(callsite);
    collect_shielded(&mut start, propagation, collect);
    start.baggage
}

/// The same for an event of which nothing else is said.
#[inline]
fn baggage_of<Shape>(event: &impl Linked<Shape>, propagation: Propagation) -> Option<Arc<Baggage>> {
    shielded(|| event.baggage(propagation)).flatten()
}

/// What was collected before a panic is kept.
#[inline]
fn collect_shielded(
    start: &mut SpanRequest,
    propagation: Propagation,
    collect: impl FnOnce(&mut SpanRequest),
) {
    shielded(|| propagation::reading(propagation, Part::All, || collect(start)));
}

/// Collects, for a span that is started when the future is first polled.
pub fn collect(callsite: &'static Callsite, collect: impl FnOnce(&mut SpanRequest)) -> PendingSpan {
    let now = clock::now();
    match SpanOpener::of(callsite, now) {
        Ok(tracing) => PendingSpan::of(callsite, tracing.propagation, collect),
        Err(propagation) => {
            PendingSpan::without_span(callsite, baggage(callsite, propagation, collect))
        }
    }
}

/// The same for a single event or batch of which nothing else is said.
pub fn collect_event<Shape>(
    callsite: &'static Callsite,
    event: &impl Linked<Shape>,
) -> PendingSpan {
    let now = clock::now();
    match SpanOpener::of(callsite, now) {
        Ok(tracing) => PendingSpan::of(callsite, tracing.propagation, |start| start.event(event)),
        Err(propagation) => PendingSpan::without_span(callsite, baggage_of(event, propagation)),
    }
}

impl OpenSpan {
    /// Without a span there is something to do all the same where the call is measured.
    #[inline]
    fn measured(active: Option<ActiveSpan>, timer: Timer) -> Self {
        if !timer.is_on() {
            return Self(active);
        }
        let active = active.unwrap_or_else(ActiveSpan::without_context);
        Self(Some(ActiveSpan { timer, ..active }))
    }
}

/// Collects what depends on the variables of the event's pattern, which are there once the event has been read.
pub fn collect_more(collected: PendingSpan, more: impl FnOnce(&mut SpanRequest)) -> PendingSpan {
    let mut collected = collected;
    let request = collected.request.as_mut();
    if let Some(start) = request.filter(|start| start.makes_span()) {
        shielded(|| more(start));
    }
    collected
}

/// Starts the span of what was collected.
pub fn open_collected(collected: PendingSpan) -> OpenSpan {
    collected.open()
}

impl PendingSpan {
    fn of(
        callsite: &'static Callsite,
        propagation: Propagation,
        collect: impl FnOnce(&mut SpanRequest),
    ) -> Self {
        let mut start = Box::new(SpanRequest::new(callsite));
        collect_shielded(&mut start, propagation, collect);
        Self {
            callsite,
            request: Some(start),
        }
    }

    fn without_span(callsite: &'static Callsite, baggage: Option<Arc<Baggage>>) -> Self {
        let request = baggage.map(|baggage| {
            let mut start = Box::new(SpanRequest::without_span(callsite));
            start.baggage = Some(baggage);
            start
        });
        Self { callsite, request }
    }

    pub(crate) fn open(self) -> OpenSpan {
        let Self { callsite, request } = self;
        let timer = Timer::start_now(callsite);
        let active = request.and_then(|mut start| {
            let tracing = start
                .makes_span()
                .then(|| SpanOpener::of(callsite, clock::now()).ok());
            match tracing.flatten() {
                Some(tracing) => tracing.start(&mut start, clock::wall()),
                None => ActiveSpan::with_baggage(start.baggage.take()),
            }
        });
        OpenSpan::measured(active, timer)
    }
}

/// How the span is started.
struct SpanOpener {
    tracer: TracerSource,
    ambient: Context,
    propagation: Propagation,
}

/// Who starts the span.
enum TracerSource {
    Installed(Arc<dyn StartSpan>),
    /// The handler's `tracer = …`, which is collected.
    Own,
}

impl SpanOpener {
    /// Where no span is made, only how contexts are read, for the event's baggage.
    fn of(callsite: &Callsite, now: Instant) -> Result<Self, Propagation> {
        let (tracer, propagation) = if callsite.own_tracer {
            (TracerSource::Own, propagation::propagation_at(now))
        } else {
            let (tracer, propagation) = provider::tracer(callsite.scope(), now);
            (
                TracerSource::Installed(tracer.ok_or(propagation)?),
                propagation,
            )
        };
        let ambient = ambient::current().ok_or(propagation)?;
        if ambient.is_telemetry_suppressed() {
            return Err(propagation);
        }
        Ok(Self {
            tracer,
            ambient,
            propagation,
        })
    }

    fn open(
        self,
        joined: Option<Arc<JoinInfo>>,
        callsite: &'static Callsite,
        collect: impl FnOnce(&mut SpanRequest),
    ) -> Option<ActiveSpan> {
        let began = clock::wall();
        let mut start = SpanRequest::new(callsite);
        if let Some(joined) = joined {
            start.joined(joined);
        }
        collect_shielded(&mut start, self.propagation, collect);
        self.start(&mut start, began)
    }

    fn start(self, start: &mut SpanRequest, began: SystemTime) -> Option<ActiveSpan> {
        // The SDK runs code of the user's: a sampler, span processors.
        let started = shielded(|| self.start_unshielded(start, began));
        // Without a span, the body still gets the event's baggage.
        started.unwrap_or_else(|| ActiveSpan::with_baggage(start.baggage.take()))
    }

    fn start_unshielded(self, start: &mut SpanRequest, began: SystemTime) -> Option<ActiveSpan> {
        let own;
        let tracer: &dyn StartSpan = match &self.tracer {
            TracerSource::Installed(tracer) => &**tracer,
            TracerSource::Own => {
                own = take(&mut start.tracer);
                own.get()?
            }
        };
        let surroundings = start.surroundings(self.ambient);
        let pages = start.pages();
        let Some(started) = tracer.start_span(start.builder(began), &surroundings) else {
            // The SDK was shut down.
            let baggage = start.baggage.as_ref();
            return baggage.map(|_| ActiveSpan::of_context(surroundings.body));
        };
        if let (Some(pages), true) = (pages, started.recording) {
            pages.export(began, &started.context, tracer);
        }
        Some(ActiveSpan {
            context: started.context,
            has_context: true,
            recording: started.recording,
            errors: start.callsite.errors,
            ended: false,
            timer: Timer::off(),
        })
    }
}

/// A span that has to be ended, or none, and the context of the body.
#[derive(Debug)]
pub(crate) struct ActiveSpan {
    pub(crate) context: Context,
    /// Whether the body runs in the context. It keeps the caller's where it is only measured.
    has_context: bool,
    recording: bool,
    errors: Errors,
    /// Also where there is none.
    ended: bool,
    timer: Timer,
}

impl ActiveSpan {
    /// For a body without a span, whose event may have baggage.
    #[inline]
    fn with_baggage(baggage: Option<Arc<Baggage>>) -> Option<Self> {
        let baggage = baggage?;
        Self::with_some_baggage(&baggage)
    }

    /// The active context, with this baggage.
    #[cold]
    fn with_some_baggage(baggage: &Baggage) -> Option<Self> {
        let context = ambient::map(|ambient| origin::with_baggage(ambient, baggage))?;
        Some(Self::of_context(context))
    }

    /// Its span, if there is one, is not the handler's.
    fn of_context(context: Context) -> Self {
        Self {
            context,
            has_context: true,
            ..Self::without_context()
        }
    }

    /// For a call that is only measured.
    fn without_context() -> Self {
        Self {
            context: Context::default(),
            has_context: false,
            recording: false,
            errors: Errors::Full,
            ended: true,
            timer: Timer::off(),
        }
    }

    /// Records what was returned.
    #[inline]
    pub(crate) fn returned(&mut self, record: impl FnOnce(&Recorder<'_>)) {
        if self.recording || self.timer.is_on() {
            let span = self.recording.then(|| self.context.span());
            let recorder = Recorder::new(span, self.errors);
            record(&recorder);
            let error = recorder.error_type();
            self.timer.stop(error);
        }
        self.end();
    }

    /// Says it twice, since the SDK drops attributes and events that are too many.
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

    fn panicked(&mut self) {
        self.timer.stop(Some("panic"));
        self.failed("panicked");
        self.end();
    }

    /// Explicitly: a task that the body has spawned may hold the span's context for much longer.
    fn end(&mut self) {
        if !self.ended {
            self.ended = true;
            let context = take(&mut self.context);
            shielded(|| context.span().end());
            // A span that was not ended ends again when it is dropped.
            shielded(|| drop(context));
        }
    }

    /// Runs a part of the body, with the span's context current.
    #[inline]
    pub(crate) fn within<R>(&mut self, part: impl FnOnce() -> R) -> R {
        let running = Running(self);
        let context = running.0.has_context.then_some(&running.0.context);
        let guard = context.map(ambient::attach);
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

/// Runs the body of a handler that is no future.
pub fn handle<R, O: SyncOutcome>(
    handling: OpenSpan,
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
