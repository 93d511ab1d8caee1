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

const FRESH_FOR: Duration = Duration::from_millis(1);

/// Counts the providers given to [`set_tracer_provider`], so that each is seen at once.
static GENERATION: AtomicU64 = AtomicU64::new(0);

thread_local! {
    static TRACERS: RefCell<Tracers> = const { RefCell::new(Tracers::NONE) };
    static PROPAGATION: Cell<Option<(SystemTime, Propagation)>> = const { Cell::new(None) };
    /// When the handler began whose events are being collected.
    static NOW: Cell<Option<SystemTime>> = const { Cell::new(None) };
}

/// The instrumentation scope of a handler: its name, and its version if it has one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Scope {
    pub(crate) name: &'static str,
    pub(crate) version: Option<&'static str>,
}

impl Scope {
    /// Most often they are one crate's, and so the very same text.
    fn is(self, other: Self) -> bool {
        let same = |one: &str, other: &str| std::ptr::eq(one, other) || one == other;
        same(self.name, other.name)
            && match (self.version, other.version) {
                (Some(one), Some(other)) => same(one, other),
                (one, other) => one == other,
            }
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
    global::set_tracer_provider(provider);
    GENERATION.fetch_add(1, Ordering::Release);
}

/// The tracers a thread has asked for, by scope, and when.
struct Tracers {
    asked: Option<SystemTime>,
    generation: u64,
    by_scope: Vec<(Scope, Option<Rc<BoxedTracer>>)>,
}

impl Tracers {
    const NONE: Self = Self {
        asked: None,
        generation: 0,
        by_scope: Vec::new(),
    };

    fn asked(now: SystemTime, generation: u64) -> Self {
        Self {
            asked: Some(now),
            generation,
            ..Self::NONE
        }
    }

    fn get(&self, scope: Scope, now: SystemTime, generation: u64) -> Known {
        let is_fresh = self.asked.is_some_and(|asked| is_fresh(asked, now));
        if !is_fresh || generation != self.generation {
            return Known::Outdated;
        }
        match self.by_scope.iter().find(|known| known.0.is(scope)) {
            Some((_, Some(tracer))) => Known::Tracer(Rc::clone(tracer)),
            Some((_, None)) => Known::NoSdk,
            None => Known::Nothing,
        }
    }
}

/// A clock that was set back makes every answer old.
fn is_fresh(asked: SystemTime, now: SystemTime) -> bool {
    now.duration_since(asked).is_ok_and(|age| age < FRESH_FOR)
}

/// The tracer of this scope, unless no SDK is installed.
pub(crate) fn tracer(scope: Scope, now: SystemTime) -> Option<Rc<BoxedTracer>> {
    let generation = GENERATION.load(Ordering::Acquire);
    // Providers are the user's code, which may handle events: neither their end nor a question to them falls into a
    // borrow. There is nothing to borrow while the thread ends.
    match TRACERS.try_with(|tracers| tracers.borrow().get(scope, now, generation)) {
        Ok(Known::Tracer(tracer)) => return Some(tracer),
        Ok(Known::NoSdk) => return None,
        Ok(Known::Outdated) => {
            let fresh = Tracers::asked(now, generation);
            let outdated = TRACERS.try_with(|tracers| tracers.replace(fresh));
            drop(outdated);
        }
        Ok(Known::Nothing) | Err(_) => {}
    }
    let tracer = ask_for_tracer(scope);
    let known = (scope, tracer.clone());
    let _ = TRACERS.try_with(|tracers| tracers.borrow_mut().by_scope.push(known));
    tracer
}

/// What a thread knows of a scope.
enum Known {
    Tracer(Rc<BoxedTracer>),
    NoSdk,
    Nothing,
    /// What it knows is too old.
    Outdated,
}

fn ask_for_tracer(scope: Scope) -> Option<Rc<BoxedTracer>> {
    let mut builder = InstrumentationScope::builder(scope.name);
    if let Some(version) = scope.version {
        builder = builder.with_version(version);
    }
    let tracer = global::tracer_with_scope(builder.build());
    (!is_noop(&tracer)).then(|| Rc::new(tracer))
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
    struct Restore(Option<SystemTime>);
    impl Drop for Restore {
        fn drop(&mut self) {
            let _ = NOW.try_with(|now| now.set(self.0));
        }
    }
    let _restore = Restore(NOW.try_with(|cell| cell.replace(Some(now))).ok().flatten());
    collect();
}

pub(crate) fn propagation() -> Propagation {
    let now = NOW.try_with(Cell::get).ok().flatten();
    let now = now.unwrap_or_else(SystemTime::now);
    PROPAGATION
        .try_with(|known| match known.get() {
            Some((asked, propagation)) if is_fresh(asked, now) => propagation,
            _ => {
                let propagation = ask_for_propagation();
                known.set(Some((now, propagation)));
                propagation
            }
        })
        .unwrap_or_else(|_| ask_for_propagation())
}

fn ask_for_propagation() -> Propagation {
    global::get_text_map_propagator(|propagator| {
        let (mut traceparent, mut tracestate, mut baggage, mut others) =
            (false, false, false, false);
        for field in propagator.fields() {
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
    })
}
