//! The handler's span: opened with its links, active around the body, ended once.

use std::sync::Arc;
use std::time::SystemTime;

use opentelemetry::baggage::Baggage;
use opentelemetry::trace::{Status, TraceContextExt};
use opentelemetry::{Context, KeyValue};

use crate::callsite::{Callsite, Errors};
use crate::clock::{self, Instant};
use crate::fan_in::{Joined, lent};
use crate::installed;
use crate::link::Linked;
use crate::outcome::{Record, Recorder, Settled};
use crate::propagation::{Part, Propagation};
use crate::start::Start;
use crate::tracer::StartSpan;
use crate::{origin, propagation};

/// The span of a handler that runs, or nothing where none is made: without an SDK, or under suppressed telemetry.
/// Where the event has baggage, there is always a context for the body.
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
    let joined = callsite.join.and_then(lent::take);
    let now = clock::now();
    match Tracing::of(callsite, now) {
        Ok(tracing) => tracing.open(joined, callsite, |start| start.event(event)),
        Err(propagation) => Handling::without_span(event.baggage(propagation)),
    }
}

/// The same for a join, which is told of.
pub(crate) fn open_for(
    joined: Option<Arc<Joined>>,
    callsite: &'static Callsite,
    collect: impl FnOnce(&mut Start),
) -> Handling {
    let now = clock::now();
    match Tracing::of(callsite, now) {
        Ok(tracing) => tracing.open(joined, callsite, collect),
        Err(propagation) => Handling::without_span(baggage(callsite, propagation, collect)),
    }
}

/// The event's baggage, for a body without a span: a handler that forwards it must not depend on an SDK.
fn baggage(
    callsite: &'static Callsite,
    propagation: Propagation,
    collect: impl FnOnce(&mut Start),
) -> Option<Arc<Baggage>> {
    if !callsite.one_event {
        return None;
    }
    let mut start = Start::without_span(callsite);
    propagation::reading(propagation, Part::All, || collect(&mut start));
    start.baggage
}

/// Collects, for a span that is started when the future is first polled.
pub fn collect(callsite: &'static Callsite, collect: impl FnOnce(&mut Start)) -> Collected {
    let now = clock::now();
    match Tracing::of(callsite, now) {
        Ok(tracing) => Collected::of(callsite, tracing.propagation, collect),
        Err(propagation) => {
            Collected::without_span(callsite, baggage(callsite, propagation, collect))
        }
    }
}

/// The same for a single event or batch of which nothing else is said.
pub fn collect_event<Shape>(callsite: &'static Callsite, event: &impl Linked<Shape>) -> Collected {
    let now = clock::now();
    match Tracing::of(callsite, now) {
        Ok(tracing) => Collected::of(callsite, tracing.propagation, |start| start.event(event)),
        Err(propagation) => Collected::without_span(callsite, event.baggage(propagation)),
    }
}

impl Handling {
    /// For a body without a span, whose event may have baggage.
    #[inline]
    fn without_span(baggage: Option<Arc<Baggage>>) -> Self {
        Self(baggage.map(|baggage| Active::without_span(&baggage)))
    }
}

/// Collects what depends on the variables of the event's pattern, which are there once the event has been read.
pub fn collect_more(collected: Collected, more: impl FnOnce(&mut Start)) -> Collected {
    let mut collected = collected;
    if let Some(start) = collected.0.as_mut().filter(|start| start.makes_span()) {
        more(start);
    }
    collected
}

/// Starts the span of what was collected.
pub fn open_collected(collected: Collected) -> Handling {
    collected.open()
}

impl Collected {
    fn of(
        callsite: &'static Callsite,
        propagation: Propagation,
        collect: impl FnOnce(&mut Start),
    ) -> Self {
        let mut start = Box::new(Start::new(callsite));
        propagation::reading(propagation, Part::All, || collect(&mut start));
        Self(Some(start))
    }

    fn without_span(callsite: &'static Callsite, baggage: Option<Arc<Baggage>>) -> Self {
        Self(baggage.map(|baggage| {
            let mut start = Box::new(Start::without_span(callsite));
            start.baggage = Some(baggage);
            start
        }))
    }

    pub(crate) fn open(self) -> Handling {
        let Some(mut start) = self.0 else {
            return Handling(None);
        };
        let tracing = start
            .makes_span()
            .then(|| Tracing::of(start.callsite, clock::now()).ok());
        Handling(match tracing.flatten() {
            Some(tracing) => tracing.start(&mut start, clock::wall()),
            None => start.baggage.as_deref().map(Active::without_span),
        })
    }
}

/// How the span is started.
struct Tracing {
    tracer: Starter,
    ambient: Context,
    propagation: Propagation,
}

/// Who starts the span.
enum Starter {
    Installed(Arc<dyn StartSpan>),
    /// The handler's `tracer = …`, which is collected.
    Own,
}

impl Tracing {
    /// Where no span is made, only how contexts are read, for the event's baggage.
    fn of(callsite: &Callsite, now: Instant) -> Result<Self, Propagation> {
        let (tracer, propagation) = if callsite.own_tracer {
            (Starter::Own, propagation::propagation_at(now))
        } else {
            let (tracer, propagation) = installed::tracer(callsite.scope(), now);
            (Starter::Installed(tracer.ok_or(propagation)?), propagation)
        };
        let ambient = Context::current();
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
        joined: Option<Arc<Joined>>,
        callsite: &'static Callsite,
        collect: impl FnOnce(&mut Start),
    ) -> Handling {
        let began = clock::wall();
        let mut start = Start::new(callsite);
        if let Some(joined) = joined {
            start.joined(joined);
        }
        propagation::reading(self.propagation, Part::All, || collect(&mut start));
        Handling(self.start(&mut start, began))
    }

    fn start(self, start: &mut Start, began: SystemTime) -> Option<Active> {
        let own = start.tracer.take();
        let tracer: &dyn StartSpan = match (&self.tracer, &own) {
            (Starter::Installed(tracer), _) => &**tracer,
            (Starter::Own, Some(own)) => &**own,
            (Starter::Own, None) => return None,
        };
        let surroundings = start.surroundings(self.ambient);
        let pages = start.pages();
        let Some(started) = tracer.start_span(start.builder(began), &surroundings) else {
            // The SDK was shut down.
            let baggage = start.baggage.as_ref();
            return baggage.map(|_| Active::of_context(surroundings.body));
        };
        if let (Some(pages), true) = (pages, started.recording) {
            pages.export(began, &started.context, tracer);
        }
        Some(Active {
            context: started.context,
            recording: started.recording,
            errors: start.callsite.errors,
            ended: false,
        })
    }
}

/// A span that has to be ended, or none, and the context of the body.
#[derive(Debug)]
pub(crate) struct Active {
    pub(crate) context: Context,
    recording: bool,
    errors: Errors,
    /// Also where there is none.
    ended: bool,
}

impl Active {
    /// The active context, with this baggage.
    #[cold]
    fn without_span(baggage: &Baggage) -> Self {
        Self::of_context(Context::map_current(|ambient| {
            origin::with_baggage(ambient, baggage)
        }))
    }

    /// Its span, if there is one, is not the handler's.
    fn of_context(context: Context) -> Self {
        Self {
            context,
            recording: false,
            errors: Errors::Off,
            ended: true,
        }
    }

    /// Records what was returned, which runs the user's code too: the text of an error.
    pub(crate) fn returned(&mut self, record: impl FnOnce(&Recorder<'_>)) {
        self.ended_by_a_panic_in(|active| {
            if active.recording {
                record(&Recorder::new(active.context.span(), active.errors));
            }
        });
        self.end();
    }

    pub(crate) fn cancelled(&mut self) {
        if !self.ended {
            let cancelled = KeyValue::new("linked_span.cancelled", true);
            self.context.span().set_attribute(cancelled);
            self.end();
        }
    }

    fn panicked(&mut self) {
        if !self.ended {
            self.context.span().set_status(Status::error("panicked"));
            self.end();
        }
    }

    /// Explicitly: a task that the body has spawned may hold the span's context for much longer.
    fn end(&mut self) {
        if !self.ended {
            self.ended = true;
            self.context.span().end();
        }
    }

    /// Runs a part of the body, with the span's context current.
    #[inline]
    pub(crate) fn within<R>(&mut self, part: impl FnOnce() -> R) -> R {
        self.ended_by_a_panic_in(|active| {
            let _guard = active.context.clone().attach();
            part()
        })
    }

    #[inline]
    fn ended_by_a_panic_in<R>(&mut self, part: impl FnOnce(&Self) -> R) -> R {
        let running = Running(self);
        let result = part(running.0);
        std::mem::forget(running);
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
