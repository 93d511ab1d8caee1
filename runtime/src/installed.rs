//! What the program has installed: its tracer provider, and its propagator.
//!
//! OpenTelemetry keeps both behind locks that all threads share, so a thread asks again only when its answer is a
//! millisecond old.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use opentelemetry::global::{self, BoxedTracer};
use opentelemetry::trace::{
    Span, SpanContext, SpanId, TraceContextExt, TraceFlags, TraceId, TraceState, Tracer,
    TracerProvider,
};
use opentelemetry::{Context, InstrumentationScope};

use crate::shield::shielded;
use crate::tracer::StartSpan;

const FRESH_FOR: Duration = Duration::from_millis(1);

/// Counts the providers given to [`set_tracer_provider`], so that each is seen at once.
static GENERATION: AtomicU64 = AtomicU64::new(0);

thread_local! {
    static TRACERS: RefCell<Tracers> = const { RefCell::new(Tracers::NONE) };
    /// Whether this thread asks for a tracer, and what an [`Installed`] provider answers.
    static ASKING: Cell<bool> = const { Cell::new(false) };
    static FOUND: Cell<Option<Rc<dyn StartSpan>>> = const { Cell::new(None) };
    static PROPAGATION: Cell<Option<(Fresh, Propagation)>> = const { Cell::new(None) };
    /// How the contexts of the events are read that a handler collects.
    static COLLECTING: Cell<Option<Propagation>> = const { Cell::new(None) };
}

/// The instrumentation scope of a handler: its name, and its version, which is empty if it has none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Scope {
    pub(crate) name: &'static str,
    pub(crate) version: &'static str,
}

impl Scope {
    /// Most often they are one crate's, and so the very same text.
    fn is(self, other: Self) -> bool {
        let same = |one: &str, other: &str| std::ptr::eq(one, other) || one == other;
        same(self.name, other.name) && same(self.version, other.version)
    }
}

/// Installs the program's tracer provider: OpenTelemetry's
/// [`global::set_tracer_provider`], seen by every handler at once.
///
/// ```
/// # use opentelemetry_sdk::trace::SdkTracerProvider;
/// # let exporter = opentelemetry_sdk::trace::InMemorySpanExporter::default();
/// let provider = SdkTracerProvider::builder().with_batch_exporter(exporter).build();
/// linked_span::set_tracer_provider(provider.clone());
/// // … the program; then, so that the last spans are exported:
/// provider.shutdown()?;
/// # Ok::<(), opentelemetry_sdk::error::OTelSdkError>(())
/// ```
///
/// A provider that was given to OpenTelemetry itself is found too, by a thread that has already handled events within
/// a millisecond.
pub fn set_tracer_provider<P, T, S>(provider: P)
where
    P: TracerProvider<Tracer = T> + Send + Sync + 'static,
    T: Tracer<Span = S> + Send + Sync + 'static,
    S: Span + Send + Sync + 'static,
{
    global::set_tracer_provider(Installed(provider));
    GENERATION.fetch_add(1, Ordering::Release);
}

/// A provider whose tracers are found as what they are. Behind OpenTelemetry's globals a tracer boxes each span it
/// starts, which is boxed once more in the span's context.
struct Installed<P>(P);

impl<P> TracerProvider for Installed<P>
where
    P: TracerProvider,
    P::Tracer: Tracer<Span: Send + Sync> + Send + Sync + 'static,
{
    type Tracer = P::Tracer;

    fn tracer_with_scope(&self, scope: InstrumentationScope) -> P::Tracer {
        if let Ok(true) = ASKING.try_with(Cell::take) {
            let found = Rc::new(self.0.tracer_with_scope(scope.clone()));
            let _ = FOUND.try_with(|cell| cell.set(Some(found)));
        }
        self.0.tracer_with_scope(scope)
    }
}

/// The tracers a thread has asked for, by scope.
struct Tracers {
    fresh: Option<Fresh>,
    generation: u64,
    by_scope: Vec<(Scope, Option<Rc<dyn StartSpan>>)>,
}

impl Tracers {
    const NONE: Self = Self {
        fresh: None,
        generation: 0,
        by_scope: Vec::new(),
    };

    fn asked(now: SystemTime, generation: u64) -> Self {
        Self {
            fresh: Some(Fresh::from(now)),
            generation,
            ..Self::NONE
        }
    }

    fn get(&self, scope: Scope, now: SystemTime, generation: u64) -> Known {
        if !self.fresh.is_some_and(|fresh| fresh.at(now)) || generation != self.generation {
            return Known::Outdated;
        }
        match self.by_scope.iter().find(|known| known.0.is(scope)) {
            Some((_, Some(tracer))) => Known::Tracer(Rc::clone(tracer)),
            Some((_, None)) => Known::NoSdk,
            None => Known::Nothing,
        }
    }
}

/// When an answer counts: a clock that was set back makes every answer old.
#[derive(Clone, Copy)]
struct Fresh {
    from: SystemTime,
    until: SystemTime,
}

impl Fresh {
    fn from(now: SystemTime) -> Self {
        Self {
            from: now,
            until: now.checked_add(FRESH_FOR).unwrap_or(now),
        }
    }

    fn at(self, now: SystemTime) -> bool {
        self.from <= now && now < self.until
    }
}

/// The tracer of this scope, unless no SDK is installed.
pub(crate) fn tracer(scope: Scope, now: SystemTime) -> Option<Rc<dyn StartSpan>> {
    let generation = GENERATION.load(Ordering::Acquire);
    // Providers are the user's code, which may handle events: neither their end nor a question to them falls into a
    // borrow. There is nothing to borrow while the thread ends.
    let known = TRACERS.try_with(|tracers| tracers.borrow().get(scope, now, generation));
    match known {
        Ok(Known::Tracer(tracer)) => Some(tracer),
        Ok(Known::NoSdk) => None,
        known => {
            if let Ok(Known::Outdated) = known {
                forget_outdated(now, generation);
            }
            asked_tracer(scope)
        }
    }
}

#[cold]
fn forget_outdated(now: SystemTime, generation: u64) {
    let fresh = Tracers::asked(now, generation);
    let outdated = TRACERS.try_with(|tracers| tracers.replace(fresh));
    // A provider ends with its last tracer.
    shielded(|| drop(outdated));
}

#[cold]
fn asked_tracer(scope: Scope) -> Option<Rc<dyn StartSpan>> {
    let tracer = shielded(|| ask_for_tracer(scope)).flatten();
    let known = (scope, tracer.clone());
    let _ = TRACERS.try_with(|tracers| tracers.borrow_mut().by_scope.push(known));
    tracer
}

/// What a thread knows of a scope.
enum Known {
    Tracer(Rc<dyn StartSpan>),
    NoSdk,
    Nothing,
    /// What it knows is too old.
    Outdated,
}

fn ask_for_tracer(scope: Scope) -> Option<Rc<dyn StartSpan>> {
    let mut builder = InstrumentationScope::builder(scope.name);
    if !scope.version.is_empty() {
        builder = builder.with_version(scope.version);
    }
    let _ = ASKING.try_with(|asking| asking.set(true));
    let tracer = global::tracer_with_scope(builder.build());
    let _ = ASKING.try_with(Cell::take);
    let found = FOUND.try_with(Cell::take).ok().flatten();
    (!is_noop(&tracer)).then(|| found.unwrap_or_else(|| Rc::new(tracer)))
}

/// Whether a tracer does nothing, found out without a span that would be exported.
///
/// OpenTelemetry's no-op tracer hands back the parent's context, even where telemetry is suppressed; an SDK makes
/// either no span there or a new one.
fn is_noop(tracer: &BoxedTracer) -> bool {
    static SUPPRESSED: LazyLock<Context> = LazyLock::new(|| {
        let parent = SpanContext::new(
            TraceId::from(1),
            SpanId::from(1),
            TraceFlags::NOT_SAMPLED,
            true,
            TraceState::NONE,
        );
        Context::new()
            .with_remote_span_context(parent)
            .with_telemetry_suppressed()
    });
    let span = tracer.start_with_context("linked_span.probe", &SUPPRESSED);
    span.span_context() == SUPPRESSED.span().span_context()
}

/// How contexts are read and written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Propagation {
    /// By the crate's own reader and writer.
    W3c { baggage: bool },
    /// By the installed propagator.
    Foreign,
}

/// Collects a handler's events, of which each would read the clock to know whether the propagator has to be asked for.
pub(crate) fn while_collecting(now: SystemTime, collect: impl FnOnce()) {
    /// Restores what was there, after a panic too.
    struct Restore(Option<Propagation>);
    impl Drop for Restore {
        fn drop(&mut self) {
            COLLECTING.set(self.0);
        }
    }
    let _restore = Restore(COLLECTING.replace(Some(propagation_at(now))));
    collect();
}

pub(crate) fn propagation() -> Propagation {
    COLLECTING
        .get()
        .unwrap_or_else(|| propagation_at(SystemTime::now()))
}

fn propagation_at(now: SystemTime) -> Propagation {
    match PROPAGATION.get() {
        Some((fresh, propagation)) if fresh.at(now) => propagation,
        _ => asked_propagation(now),
    }
}

#[cold]
fn asked_propagation(now: SystemTime) -> Propagation {
    let propagation = ask_for_propagation();
    PROPAGATION.set(Some((Fresh::from(now), propagation)));
    propagation
}

fn ask_for_propagation() -> Propagation {
    let asked =
        shielded(|| global::get_text_map_propagator(|propagator| fields_of(propagator.fields())));
    // A propagator that panics is the user's.
    asked.unwrap_or(Propagation::Foreign)
}

fn fields_of<'f>(fields: impl Iterator<Item = &'f str>) -> Propagation {
    let (mut traceparent, mut tracestate, mut baggage, mut others) = (false, false, false, false);
    for field in fields {
        match field {
            "traceparent" => traceparent = true,
            "tracestate" => tracestate = true,
            "baggage" => baggage = true,
            _ => others = true,
        }
    }
    match (traceparent, tracestate, baggage, others) {
        (true, true, baggage, false) => Propagation::W3c { baggage },
        // OpenTelemetry's default, which has no fields: none is installed.
        (false, false, false, false) => Propagation::W3c { baggage: true },
        _ => Propagation::Foreign,
    }
}
