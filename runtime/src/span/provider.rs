//! The tracer provider that the program has installed.
//!
//! OpenTelemetry keeps it behind a lock that all threads share. So each thread asks for it at most once per
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
use crate::span::callsite::{Callsite, Scope};
#[cfg(feature = "tracing")]
use crate::span::layer_provider;
use crate::span::noop::is_noop;
use crate::span::tracer::StartSpan;
use crate::support::clock::{CacheWindow, Instant};
use crate::support::generation;
use crate::support::shield::shielded;

/// Remembers whether a provider that the program gave to OpenTelemetry itself makes spans.
///
/// The check starts a span, which a provider without an SDK's suppression exports. So only OpenTelemetry's no-op
/// provider, which makes no spans, is checked each time.
static MAKES_SPANS: AtomicBool = AtomicBool::new(false);

/// Holds the tracers that threads use in their windows.
///
/// A thread itself holds a [`Weak`], because an idle thread must not keep a replaced provider alive. Each thread that
/// asks also removes the outdated tracers of all threads.
static LENT: Mutex<Vec<Lent>> = Mutex::new(Vec::new());

struct Lent {
    window: CacheWindow,
    generation: u64,
    _tracer: Arc<dyn StartSpan>,
}

/// Keeps a tracer for its window, and drops all outdated ones.
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
    // In most cases only this thread's own tracer is outdated, and reusing its place avoids an allocation.
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
    // The drop comes after the lock: a tracer may be the last to hold its provider, whose drop runs the user's code.
    drop(outdated);
    lent
}

thread_local! {
    static TRACERS: RefCell<Tracers> = const { RefCell::new(Tracers::NONE) };
    /// Has no destructor, so that a handler without an SDK reads it at little cost.
    static WITHOUT_SDK: Cell<Option<WithoutSdk>> = const { Cell::new(None) };
    /// The answer of an [`Installed`] provider while this thread asks for a tracer.
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

/// Marks a question while it lives, and then restores the previous answer.
///
/// A provider may handle events, which ask as well, and may panic.
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
        // The drop of a tracer runs the user's code.
        shielded(|| drop(set_answer(before)));
    }
}

/// Sets the answer, and returns the previous one.
fn set_answer(answer: Answer) -> Answer {
    ANSWER
        .try_with(|cell| cell.replace(answer))
        .unwrap_or_default()
}

/// Installs the program's tracer provider for every handler at once.
///
/// It also calls OpenTelemetry's [`global::set_tracer_provider`].
///
/// ```
/// # use opentelemetry_sdk::trace::SdkTracerProvider;
/// # let exporter = opentelemetry_sdk::trace::InMemorySpanExporter::default();
/// let provider = SdkTracerProvider::builder().with_batch_exporter(exporter).build();
/// linked_span::set_tracer_provider(provider.clone());
/// // … run the program, then export the last spans:
/// provider.shutdown()?;
/// # Ok::<(), opentelemetry_sdk::error::OTelSdkError>(())
/// ```
///
/// Handlers also see a provider that the program gave to OpenTelemetry itself. A thread that has just handled an event
/// sees it within a millisecond. The first time, the crate starts a span `linked_span.probe` under suppressed
/// telemetry, to detect an SDK. The SDK does not export it. A provider that is given to this function needs no probe.
///
/// Every thread drops the previous provider at once. If OpenTelemetry itself replaced it, the threads would keep it
/// until any thread handles an event, at least a millisecond later.
pub fn set_tracer_provider<P, T, S>(provider: P)
where
    P: TracerProvider<Tracer = T> + Send + Sync + 'static,
    T: Tracer<Span = S> + Send + Sync + 'static,
    S: Span + Send + Sync + 'static,
{
    global::set_tracer_provider(Installed(provider));
    generation::advance();
    // The next provider that OpenTelemetry itself is given has to be checked again.
    MAKES_SPANS.store(false, Ordering::Relaxed);
    let mut lent = LENT.lock().unwrap_or_else(PoisonError::into_inner);
    let outdated = std::mem::take(&mut *lent);
    drop(lent);
    drop(outdated);
}

/// Wraps a provider, and keeps the concrete type of its tracers.
///
/// Behind OpenTelemetry's globals, a tracer boxes each span, and the span's context boxes it again. That costs an
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

/// Shares a tracer between OpenTelemetry's globals and this crate.
struct Shared<T>(Arc<T>);

impl<T: Tracer> Tracer for Shared<T> {
    type Span = T::Span;

    fn build_with_context(&self, builder: SpanBuilder, parent: &Context) -> T::Span {
        self.0.build_with_context(builder, parent)
    }
}

/// Caches the tracers of a thread by scope.
struct Tracers {
    window: Option<CacheWindow>,
    generation: u64,
    /// Read at the same time, so that a handler needs no second check of the age.
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

    fn is_outdated(&self, now: Instant, generation: u64) -> bool {
        let is_over = self.window.is_none_or(|window| window.is_over(now));
        is_over || generation != self.generation
    }

    /// Returns what is known of a scope; `None` if the provider must be asked.
    #[inline]
    fn get(&self, scope: Scope, now: Instant, generation: u64) -> Option<Known> {
        if self.is_outdated(now, generation) {
            return None;
        }
        let at_same_place = self.by_scope.iter().find(|known| known.0.is_at(scope));
        let (_, tracer) = at_same_place.or_else(|| self.find_equal(scope))?;
        let tracer = if let Some(tracer) = tracer {
            Some(tracer.upgrade()?)
        } else {
            let _ = WITHOUT_SDK.try_with(|known| known.set(self.without_sdk(scope)));
            None
        };
        Some((tracer, self.propagation))
    }

    /// Finds a scope whose texts the compiler has put at another place.
    #[cold]
    #[inline(never)]
    fn find_equal(&self, scope: Scope) -> Option<&(Scope, Option<Weak<dyn StartSpan>>)> {
        self.by_scope.iter().find(|known| known.0 == scope)
    }

    fn without_sdk(&self, scope: Scope) -> Option<WithoutSdk> {
        Some(WithoutSdk {
            scope,
            window: self.window?,
            generation: self.generation,
            propagation: self.propagation,
        })
    }
}

/// Remembers the latest scope for which a thread found no SDK.
///
/// A handler without an SDK then takes 62 instructions less, 17 % of all.
#[derive(Clone, Copy)]
struct WithoutSdk {
    scope: Scope,
    window: CacheWindow,
    generation: u64,
    propagation: Propagation,
}

/// Returns the way to read contexts if this thread knows that no SDK is installed.
#[inline]
pub(super) fn without_sdk(callsite: &Callsite, now: Instant) -> Option<Propagation> {
    if callsite.own_tracer {
        return None;
    }
    let known = WITHOUT_SDK.try_with(Cell::get).ok()??;
    let is_valid = !known.window.is_over(now) && known.generation == generation::current();
    (is_valid && known.scope.is_at(callsite.scope())).then_some(known.propagation)
}

/// Returns the tracer of this scope if an SDK is installed, and the way to read contexts.
#[inline]
pub(crate) fn tracer(scope: Scope, now: Instant) -> Known {
    let generation = generation::current();
    // While the thread ends, there is nothing to borrow.
    let known = TRACERS.try_with(|tracers| tracers.borrow().get(scope, now, generation));
    match known {
        Ok(Some(known)) => known,
        Ok(None) | Err(_) => ask(scope, now, generation),
    }
}

/// Asks the provider, and remembers the answer.
///
/// A provider is the user's code and may handle events. So no borrow is held while one is asked or dropped.
#[cold]
#[inline(never)]
fn ask(scope: Scope, now: Instant, generation: u64) -> Known {
    let still_valid = TRACERS.try_with(|tracers| {
        let tracers = tracers.borrow();
        let is_lent = |known: &Option<Weak<_>>| {
            known
                .as_ref()
                .is_none_or(|tracer| tracer.strong_count() > 0)
        };
        let are_lent = tracers.by_scope.iter().all(|(_, known)| is_lent(known));
        (are_lent && !tracers.is_outdated(now, generation)).then_some(tracers.propagation)
    });
    let propagation = match still_valid {
        Ok(Some(propagation)) => propagation,
        Ok(None) => forget_outdated(now, generation),
        Err(_) => propagation::propagation_at(now),
    };
    (asked_tracer(scope, now), propagation)
}

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
        // The last tracer drops its provider.
        shielded(|| room.clear());
        // Reusing the memory avoids an allocation in each window.
        let _ = TRACERS.try_with(|tracers| {
            let mut tracers = tracers.borrow_mut();
            if tracers.by_scope.capacity() == 0 {
                tracers.by_scope = room;
            }
        });
    }
    propagation
}

fn asked_tracer(scope: Scope, now: Instant) -> Option<Arc<dyn StartSpan>> {
    let tracer = shielded(|| ask_for_tracer(scope)).flatten();
    let lent = tracer.clone().map(|tracer| lend(tracer, now));
    let _ = TRACERS.try_with(|tracers| tracers.borrow_mut().by_scope.push((scope, lent)));
    tracer
}

/// A tracer, unless there is no SDK, and the way to read contexts.
type Known = (Option<Arc<dyn StartSpan>>, Propagation);

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

/// Makes the crate check the next tracer, because the current one made no span.
///
/// Its provider may be a no-op that has replaced an SDK.
#[cold]
pub(super) fn made_no_span() {
    MAKES_SPANS.store(false, Ordering::Relaxed);
}

/// Returns `true` if a tracer makes spans. A positive result is remembered.
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
