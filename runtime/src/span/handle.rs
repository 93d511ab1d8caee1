//! The handler's span: it opens with its links, is active around the body, and ends once.

use std::sync::Arc;

use opentelemetry::baggage::Baggage;

use super::handoff;
use crate::propagation::{self, Part, Propagation};
use crate::span::active::{ActiveSpan, within};
use crate::span::callsite::Callsite;
use crate::span::join::SpanOfJoin;
use crate::span::linked::Linked;
use crate::span::opener::SpanOpener;
use crate::span::outcome::{Record, SyncOutcome};
use crate::span::request::SpanRequest;
use crate::span::timer::Timer;
use crate::support::clock;
use crate::support::shield::shielded;

/// Holds the span of a running handler, or nothing.
///
/// There is no span without an SDK, and under suppressed telemetry. If the event has baggage, there is always a context
/// for the body. If a meter provider is installed, the call is always measured.
#[derive(Debug)]
#[must_use]
pub struct OpenSpan(pub(crate) Option<ActiveSpan>);

/// Holds the collected request for a future that starts its span later.
///
/// The handler collects it early, because the future may move the events.
#[derive(Debug)]
#[must_use]
pub struct PendingSpan {
    callsite: &'static Callsite,
    request: Option<Box<SpanRequest>>,
}

/// Collects the request and starts the span.
pub fn open(callsite: &'static Callsite, collect: impl FnOnce(&mut SpanRequest)) -> OpenSpan {
    let joined = callsite.join.and_then(handoff::take);
    open_for(joined, callsite, collect)
}

/// Starts the span of a single event or batch without further options.
///
/// It takes no closure, because the compiler would check one for each handler.
pub fn open_event<Shape>(callsite: &'static Callsite, event: &impl Linked<Shape>) -> OpenSpan {
    let joined = callsite.join.and_then(handoff::take);
    let now = clock::now();
    let timer = Timer::start(callsite, now);
    let active = match SpanOpener::of(callsite, now) {
        Ok(opener) => start(opener, joined, callsite, |request| event.link(request)),
        Err(propagation) => without_span(baggage_of(event, propagation)),
    };
    OpenSpan(ActiveSpan::measured(active, timer))
}

/// Starts the span, with the attributes of a join if there is one.
pub(crate) fn open_for(
    joined: Option<Arc<dyn SpanOfJoin>>,
    callsite: &'static Callsite,
    collect: impl FnOnce(&mut SpanRequest),
) -> OpenSpan {
    let now = clock::now();
    let timer = Timer::start(callsite, now);
    let active = match SpanOpener::of(callsite, now) {
        Ok(opener) => start(opener, joined, callsite, collect),
        Err(propagation) => without_span(baggage(callsite, propagation, collect)),
    };
    OpenSpan(ActiveSpan::measured(active, timer))
}

/// Collects the request, splits off the overflowing links, and starts the span.
fn start(
    opener: SpanOpener,
    joined: Option<Arc<dyn SpanOfJoin>>,
    callsite: &'static Callsite,
    collect: impl FnOnce(&mut SpanRequest),
) -> Option<ActiveSpan> {
    let began = clock::wall();
    let mut request = SpanRequest::new(callsite);
    if let Some(joined) = joined {
        request.joined(joined);
    }
    collect_shielded(&mut request, opener.propagation, collect);
    opener.start(&mut request, began)
}

/// Returns the event's baggage for a body without a span.
///
/// A handler that forwards baggage must work without an SDK.
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

/// Returns the baggage of an event without further options.
#[inline]
fn baggage_of<Shape>(event: &impl Linked<Shape>, propagation: Propagation) -> Option<Arc<Baggage>> {
    shielded(|| event.baggage(propagation)).flatten()
}

/// Collects into the request, and keeps what was collected before a panic.
#[inline]
fn collect_shielded(
    start: &mut SpanRequest,
    propagation: Propagation,
    collect: impl FnOnce(&mut SpanRequest),
) {
    shielded(|| propagation::reading(propagation, Part::All, || collect(start)));
}

/// Collects the request of a span that starts when the future is first polled.
pub fn collect(callsite: &'static Callsite, collect: impl FnOnce(&mut SpanRequest)) -> PendingSpan {
    let now = clock::now();
    match SpanOpener::of(callsite, now) {
        Ok(opener) => PendingSpan::of(callsite, opener.propagation, collect),
        Err(propagation) => {
            PendingSpan::without_span(callsite, baggage(callsite, propagation, collect))
        }
    }
}

/// Collects the request of a single event or batch without further options.
pub fn collect_event<Shape>(
    callsite: &'static Callsite,
    event: &impl Linked<Shape>,
) -> PendingSpan {
    let now = clock::now();
    match SpanOpener::of(callsite, now) {
        Ok(opener) => PendingSpan::of(callsite, opener.propagation, |request| event.link(request)),
        Err(propagation) => PendingSpan::without_span(callsite, baggage_of(event, propagation)),
    }
}

/// Returns the context of a body without a span, if the event has baggage.
#[inline]
fn without_span(baggage: Option<Arc<Baggage>>) -> Option<ActiveSpan> {
    baggage.and_then(|baggage| ActiveSpan::without_span(&baggage))
}

/// Collects options that use variables of the event's pattern, which exist once the event was read.
pub fn collect_more(collected: PendingSpan, more: impl FnOnce(&mut SpanRequest)) -> PendingSpan {
    let mut collected = collected;
    let request = collected.request.as_mut();
    if let Some(start) = request.filter(|start| start.makes_span()) {
        shielded(|| more(start));
    }
    collected
}

/// Starts the span of a collected request.
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
            let opener = start
                .makes_span()
                .then(|| SpanOpener::of(callsite, clock::now()).ok());
            match opener.flatten() {
                Some(opener) => opener.start(&mut start, clock::wall()),
                None => start.baggage.as_deref().and_then(ActiveSpan::without_span),
            }
        });
        OpenSpan(ActiveSpan::measured(active, timer))
    }
}

/// Runs the body of a handler that returns no future.
pub fn handle<R, O: SyncOutcome>(
    handling: OpenSpan,
    body: impl FnOnce() -> R,
    record: Record<R, O>,
) -> R {
    let Some(mut active) = handling.0 else {
        return body();
    };
    let returned = within(Some(&mut active), body);
    active.returned(|recorder| {
        record(&returned, recorder);
    });
    returned
}
