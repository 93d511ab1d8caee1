//! The tracer provider that the program has installed.
//!
//! OpenTelemetry keeps it behind a lock that all threads share. A thread therefore asks for it at most once in a
//! millisecond, as it does for the propagator.

use std::any::TypeId;
use std::cell::{Cell, RefCell};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use opentelemetry::global::{self, BoxedTracer};
use opentelemetry::trace::noop::NoopTracerProvider;
use opentelemetry::trace::{Span, SpanBuilder, Tracer, TracerProvider};
use opentelemetry::{Context, InstrumentationScope};

use crate::propagation::{self, Propagation};
use crate::span::callsite::Scope;
#[cfg(feature = "tracing")]
use crate::span::layer_provider;
use crate::span::noop::is_noop;
use crate::span::tracer::StartSpan;
use crate::support::clock::{CacheWindow, Instant};
use crate::support::generation;
use crate::support::shield::shielded;

/// Whether a provider that was given to OpenTelemetry itself was found to make spans.
///
/// To find out, a span has to be started, which a provider without an SDK's suppression exports. So only OpenTelemetry's
/// no-op provider, which makes none, is asked each time.
static MAKES_SPANS: AtomicBool = AtomicBool::new(false);

/// The tracers that threads use in their windows.
///
/// A thread itself holds a [`Weak`]: a thread that idles must not keep a provider alive that was replaced. Each thread
/// that asks removes what is outdated of all threads.
static LENT: Mutex<Vec<Lent>> = Mutex::new(Vec::new());

struct Lent {
    window: CacheWindow,
    generation: u64,
    _tracer: Arc<dyn StartSpan>,
}

/// Keeps a tracer for its window, and drops all that are outdated.
fn lend(tracer: Arc<dyn StartSpan>, now: Instant) -> Weak<dyn StartSpan> {
    let lent = Arc::downgrade(&tracer);
    let current = generation::current();
    let is_outdated = |lent: &Lent| lent.generation != current || lent.window.is_over(now);
    let mut next = Lent {
        window: CacheWindow::from(now),
        generation: current,
        _tracer: tracer,
    };
    let mut outdated = Vec::new();
    let mut tracers = LENT.lock().unwrap_or_else(PoisonError::into_inner);
    // Nearly always there is one, this thread's own, whose place can be taken without an allocation.
    match tracers.iter_mut().find(|lent| is_outdated(lent)) {
        Some(place) => {
            std::mem::swap(place, &mut next);
            while let Some(at) = tracers.iter().position(is_outdated) {
                outdated.push(tracers.swap_remove(at));
            }
        }
        None => tracers.push(next),
    }
    drop(tracers);
    // Only now, with `next`'s: a tracer may be the last to hold its provider, whose end is the user's code.
    drop(outdated);
    lent
}

thread_local! {
    static TRACERS: RefCell<Tracers> = const { RefCell::new(Tracers::NONE) };
    /// What an [`Installed`] provider answers while this thread asks for a tracer.
    static ANSWER: Cell<Answer> = const { Cell::new(Answer::NotAsked) };
}

#[derive(Default)]
enum Answer {
    #[default]
    NotAsked,
    /// No [`Installed`] provider has answered yet.
    Open,
    Tracer(Arc<dyn StartSpan>),
    NoSdk,
}

/// Asks as long as it lives. A provider may handle events, which ask too, and may panic: so it puts back what was there.
struct Asking(Answer);

impl Asking {
    fn begin() -> Self {
        Self(set_answer(Answer::Open))
    }

    fn end(mut self) -> Answer {
        let before = std::mem::take(&mut self.0);
        std::mem::forget(self);
        set_answer(before)
    }
}

impl Drop for Asking {
    fn drop(&mut self) {
        let before = std::mem::take(&mut self.0);
        // The end of a tracer is the user's code.
        shielded(|| drop(set_answer(before)));
    }
}

/// Returns what was there.
fn set_answer(answer: Answer) -> Answer {
    ANSWER
        .try_with(|cell| cell.replace(answer))
        .unwrap_or_default()
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
/// A provider that was given to OpenTelemetry itself is seen too. A thread that has just handled an event sees it after a
/// millisecond at the latest. The first time, a span `linked_span.probe` is started under suppressed telemetry, to find
/// out whether there is an SDK; the SDK does not export it. No probe is needed for a provider that is given to this
/// function.
///
/// Every thread lets go of the previous provider at once. Had OpenTelemetry itself replaced it, it would be kept until
/// an event is handled by any thread, a millisecond later or more.
pub fn set_tracer_provider<P, T, S>(provider: P)
where
    P: TracerProvider<Tracer = T> + Send + Sync + 'static,
    T: Tracer<Span = S> + Send + Sync + 'static,
    S: Span + Send + Sync + 'static,
{
    global::set_tracer_provider(Installed(provider));
    generation::advance();
    // What the next provider is that OpenTelemetry itself is given, is not known.
    MAKES_SPANS.store(false, Ordering::Relaxed);
    let mut lent = LENT.lock().unwrap_or_else(PoisonError::into_inner);
    let outdated = std::mem::take(&mut *lent);
    drop(lent);
    drop(outdated);
}

/// A provider whose tracers are found as what they are.
///
/// Behind OpenTelemetry's globals a tracer boxes each span it starts, and the span's context boxes it once more. That is an
/// allocation and 108 instructions for each event, 1.8 %.
struct Installed<P>(P);

impl<P> TracerProvider for Installed<P>
where
    P: TracerProvider + 'static,
    P::Tracer: Tracer<Span: Send + Sync> + Send + Sync + 'static,
{
    type Tracer = Shared<P::Tracer>;

    fn tracer_with_scope(&self, scope: InstrumentationScope) -> Shared<P::Tracer> {
        // The provider may ask for a tracer itself.
        let is_asked = matches!(set_answer(Answer::NotAsked), Answer::Open);
        let tracer = Arc::new(self.0.tracer_with_scope(scope));
        if is_asked {
            set_answer(if TypeId::of::<P>() == TypeId::of::<NoopTracerProvider>() {
                Answer::NoSdk
            } else {
                Answer::Tracer(Arc::clone(&tracer) as Arc<dyn StartSpan>)
            });
        }
        Shared(tracer)
    }
}

/// A tracer that OpenTelemetry's globals and this crate use.
struct Shared<T>(Arc<T>);

impl<T: Tracer> Tracer for Shared<T> {
    type Span = T::Span;

    fn build_with_context(&self, builder: SpanBuilder, parent: &Context) -> T::Span {
        self.0.build_with_context(builder, parent)
    }
}

/// The tracers a thread has asked for, by scope.
struct Tracers {
    window: Option<CacheWindow>,
    generation: u64,
    /// Asked for at the same time, so that a handler need not look whether this answer is outdated too.
    propagation: Propagation,
    by_scope: Vec<(Scope, Option<Weak<dyn StartSpan>>)>,
}

impl Tracers {
    const NONE: Self = Self {
        window: None,
        generation: 0,
        propagation: Propagation::Foreign,
        by_scope: Vec::new(),
    };

    fn get(&self, scope: Scope, now: Instant, generation: u64) -> Known {
        let is_over = self.window.is_none_or(|window| window.is_over(now));
        if is_over || generation != self.generation {
            return Known::Outdated;
        }
        match self.by_scope.iter().find(|known| known.0.is(scope)) {
            Some((_, Some(tracer))) => match tracer.upgrade() {
                Some(tracer) => Known::Tracer(tracer, self.propagation),
                None => Known::Outdated,
            },
            Some((_, None)) => Known::NoSdk(self.propagation),
            None => Known::Nothing(self.propagation),
        }
    }
}

/// The tracer of this scope, unless no SDK is installed, and how contexts are read.
pub(crate) fn tracer(scope: Scope, now: Instant) -> (Option<Arc<dyn StartSpan>>, Propagation) {
    let generation = generation::current();
    // Providers are the user's code, which may handle events: neither their end nor a question to them falls into a
    // borrow. There is nothing to borrow while the thread ends.
    let known = TRACERS.try_with(|tracers| tracers.borrow().get(scope, now, generation));
    match known {
        Ok(Known::Tracer(tracer, propagation)) => (Some(tracer), propagation),
        Ok(Known::NoSdk(propagation)) => (None, propagation),
        Ok(Known::Nothing(propagation)) => (asked_tracer(scope, now), propagation),
        Ok(Known::Outdated) => {
            let propagation = forget_outdated(now, generation);
            (asked_tracer(scope, now), propagation)
        }
        Err(_) => (asked_tracer(scope, now), propagation::propagation_at(now)),
    }
}

#[cold]
fn forget_outdated(now: Instant, generation: u64) -> Propagation {
    let propagation = propagation::propagation_at(now);
    let asked = Tracers {
        window: Some(CacheWindow::from(now)),
        generation,
        propagation,
        by_scope: Vec::new(),
    };
    if let Ok(outdated) = TRACERS.try_with(|tracers| tracers.replace(asked)) {
        let mut room = outdated.by_scope;
        // A provider ends with its last tracer.
        shielded(|| room.clear());
        // Otherwise each window would allocate.
        let _ = TRACERS.try_with(|tracers| {
            let mut tracers = tracers.borrow_mut();
            if tracers.by_scope.capacity() == 0 {
                tracers.by_scope = room;
            }
        });
    }
    propagation
}

#[cold]
fn asked_tracer(scope: Scope, now: Instant) -> Option<Arc<dyn StartSpan>> {
    let tracer = shielded(|| ask_for_tracer(scope)).flatten();
    let lent = tracer.clone().map(|tracer| lend(tracer, now));
    let _ = TRACERS.try_with(|tracers| tracers.borrow_mut().by_scope.push((scope, lent)));
    tracer
}

/// What a thread knows of a scope, and how it reads contexts.
enum Known {
    Tracer(Arc<dyn StartSpan>, Propagation),
    NoSdk(Propagation),
    Nothing(Propagation),
    /// What it knows is too old.
    Outdated,
}

fn ask_for_tracer(scope: Scope) -> Option<Arc<dyn StartSpan>> {
    let mut builder = InstrumentationScope::builder(scope.name);
    if !scope.version.is_empty() {
        builder = builder.with_version(scope.version);
    }
    let scope = builder.build();
    let tracer = ask_globals(scope.clone());
    #[cfg(feature = "tracing")]
    let tracer = tracer.or_else(|| layer_provider::tracer(scope));
    tracer
}

fn ask_globals(scope: InstrumentationScope) -> Option<Arc<dyn StartSpan>> {
    let asking = Asking::begin();
    let tracer = global::tracer_with_scope(scope);
    match asking.end() {
        Answer::Tracer(found) => Some(found),
        Answer::NoSdk => None,
        Answer::NotAsked | Answer::Open => {
            makes_spans(&tracer).then(|| Arc::new(tracer) as Arc<dyn StartSpan>)
        }
    }
}

/// Has the next tracer asked whether it makes spans: one that OpenTelemetry's globals gave us has made none. Its provider
/// may be a no-op that has replaced an SDK.
#[cold]
pub(super) fn made_no_span() {
    MAKES_SPANS.store(false, Ordering::Relaxed);
}

/// Whether a tracer makes spans. Once one of them does, it is not asked again.
fn makes_spans(tracer: &BoxedTracer) -> bool {
    if MAKES_SPANS.load(Ordering::Relaxed) {
        return true;
    }
    let makes_spans = !is_noop(tracer);
    if makes_spans {
        MAKES_SPANS.store(true, Ordering::Relaxed);
    }
    makes_spans
}
