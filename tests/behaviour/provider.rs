//! Installing and replacing the tracer provider.

use std::panic::catch_unwind;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier, Mutex};
use std::time::{Duration, Instant};

use linked_span::{Origin, linked_span};
use linked_span_tests::{Sdk, producer};
use opentelemetry::trace::noop::NoopTracerProvider;
use opentelemetry::trace::{SpanBuilder, SpanId, Tracer, TracerProvider};
use opentelemetry::{Context, InstrumentationScope, global};
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{
    InMemorySpanExporter, SdkTracer, SdkTracerProvider, Span, SpanData, SpanProcessor,
};

#[linked_span(event)]
fn handle(event: &Origin) -> SpanId {
    Origin::current().span_context().span_id()
}

fn event() -> Origin {
    producer(1).into()
}

fn provider() -> (InMemorySpanExporter, SdkTracerProvider) {
    let exporter = InMemorySpanExporter::default();
    let provider = SdkTracerProvider::builder()
        .with_simple_exporter(exporter.clone())
        .build();
    (exporter, provider)
}

fn links_of(exporter: &InMemorySpanExporter) -> usize {
    let spans = exporter.get_finished_spans().expect("spans");
    spans.iter().map(|span| span.links.links.len()).sum()
}

/// Returns a process without a provider, as handlers see it.
fn without_provider() -> Sdk {
    let sdk = Sdk::install();
    linked_span::set_tracer_provider(NoopTracerProvider::new());
    assert_eq!(handle(&event()), SpanId::INVALID);
    sdk
}

#[test]
fn provider_set_through_this_crate_is_used_at_once() {
    let _alone = without_provider();
    let (exporter, provider) = provider();
    linked_span::set_tracer_provider(provider);
    assert_ne!(handle(&event()), SpanId::INVALID);
    assert_eq!(links_of(&exporter), 1);
}

#[test]
fn provider_set_through_this_crate_is_used_by_every_thread() {
    let _alone = without_provider();
    let (exporter, provider) = provider();
    let handled = std::sync::Barrier::new(2);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            handle(&event());
            handled.wait();
            handled.wait();
            handle(&event());
        });
        handled.wait();
        linked_span::set_tracer_provider(provider);
        handled.wait();
    });
    assert_eq!(links_of(&exporter), 1);
}

#[test]
fn provider_set_through_opentelemetry_is_used_within_a_millisecond() {
    let _alone = without_provider();
    let (exporter, provider) = provider();
    global::set_tracer_provider(provider.clone());
    let installed = Instant::now();
    while handle(&event()) == SpanId::INVALID {
        assert!(
            installed.elapsed() < Duration::from_millis(100),
            "never seen"
        );
    }
    assert_eq!(links_of(&exporter), 1);
    // The rule is exact, but the scheduler may suspend a thread between the two readings of the clock.
    let (_, next) = self::provider();
    global::set_tracer_provider(next);
    std::thread::sleep(Duration::from_millis(1));
    handle(&event());
    assert_eq!(links_of(&exporter), 1, "the old one was asked again");
    drop(provider);
}

#[test]
fn provider_set_through_opentelemetry_replaces_ours() {
    let _alone = without_provider();
    let (ours, provider) = provider();
    linked_span::set_tracer_provider(provider.clone());
    handle(&event());
    let (exporter, next) = self::provider();
    global::set_tracer_provider(next);
    std::thread::sleep(Duration::from_millis(1));
    handle(&event());
    assert_eq!((links_of(&ours), links_of(&exporter)), (1, 1));
    drop(provider);
}

/// After a shutdown no span is created, and the active context stays.
#[test]
fn provider_after_shutdown_creates_no_spans() {
    let _alone = without_provider();
    let (exporter, provider) = provider();
    linked_span::set_tracer_provider(provider.clone());
    handle(&event());
    provider.shutdown().expect("a shutdown");
    let guard = linked_span_tests::active(producer(2)).attach();
    assert_eq!(handle(&event()), producer(2).span_id());
    drop(guard);
    assert_eq!(
        links_of(&exporter),
        0,
        "an exporter forgets what it has when it is shut down"
    );
}

/// A provider's shutdown runs the user's code, which may handle events.
#[test]
fn provider_whose_shutdown_handles_an_event_does_not_deadlock() {
    #[derive(Debug)]
    struct HandlesAtTheEnd;

    impl SpanProcessor for HandlesAtTheEnd {
        fn on_start(&self, _: &mut Span, _: &Context) {}

        fn on_end(&self, _: SpanData) {}

        fn force_flush(&self) -> OTelSdkResult {
            Ok(())
        }

        fn shutdown_with_timeout(&self, _: Duration) -> OTelSdkResult {
            handle(&event());
            Ok(())
        }
    }

    let _alone = without_provider();
    let provider = SdkTracerProvider::builder()
        .with_span_processor(HandlesAtTheEnd)
        .build();
    linked_span::set_tracer_provider(provider);
    handle(&event());
    // The thread's cached tracer is the last owner of the first provider.
    let (exporter, next) = self::provider();
    linked_span::set_tracer_provider(next.clone());
    handle(&event());
    assert!(links_of(&exporter) >= 1);
    drop(next);
}

/// A provider that is not the SDK's: it exports spans even under suppressed telemetry.
#[derive(Clone, Debug)]
struct Other {
    sdk: SdkTracerProvider,
    started: Arc<Mutex<Vec<String>>>,
}

#[derive(Debug)]
struct OtherTracer {
    sdk: SdkTracer,
    started: Arc<Mutex<Vec<String>>>,
}

impl TracerProvider for Other {
    type Tracer = OtherTracer;

    fn tracer_with_scope(&self, scope: InstrumentationScope) -> OtherTracer {
        OtherTracer {
            sdk: self.sdk.tracer_with_scope(scope),
            started: Arc::clone(&self.started),
        }
    }
}

impl Tracer for OtherTracer {
    type Span = Span;

    fn build_with_context(&self, builder: SpanBuilder, _: &Context) -> Span {
        self.started
            .lock()
            .expect("no panic")
            .push(builder.name.to_string());
        self.sdk.build_with_context(builder, &Context::new())
    }
}

impl Other {
    fn new() -> Self {
        Self {
            sdk: provider().1,
            started: Arc::default(),
        }
    }

    /// Handles events with two scopes for many cache windows. Returns how often the provider was probed.
    fn probes(&self) -> usize {
        #[linked_span(event, scope = "other")]
        fn in_another_scope(event: &Origin) {}

        let began = Instant::now();
        while began.elapsed() < Duration::from_millis(30) {
            handle(&event());
            in_another_scope(&event());
        }
        let started = self.started.lock().expect("no panic");
        let is_probe = |name: &&String| *name == "linked_span.probe";
        let probes = started.iter().filter(is_probe).count();
        assert!(started.len() - probes >= 60, "handlers make spans");
        probes
    }
}

#[test]
fn provider_given_to_this_crate_is_never_probed() {
    let _alone = without_provider();
    let other = Other::new();
    linked_span::set_tracer_provider(other.clone());
    assert_eq!(other.probes(), 0);
}

#[test]
fn provider_given_to_opentelemetry_is_probed_once() {
    let _alone = without_provider();
    let other = Other::new();
    global::set_tracer_provider(other.clone());
    std::thread::sleep(Duration::from_millis(1));
    assert_eq!(other.probes(), 1);
    let probes: usize = std::thread::scope(|scope| {
        let threads = [(); 2].map(|()| scope.spawn(|| other.probes()));
        threads
            .map(|thread| thread.join().expect("no panic"))
            .iter()
            .sum()
    });
    assert_eq!(
        probes, 2,
        "each thread sees the first probe, and makes none"
    );

    let next = Other::new();
    global::set_tracer_provider(next.clone());
    std::thread::sleep(Duration::from_millis(1));
    assert!(next.probes() <= 1);
}

/// Returns a provider that owns the token, whose count of owners shows when the provider is dropped.
fn provider_of(token: &Arc<()>) -> SdkTracerProvider {
    #[derive(Debug)]
    struct Holds(#[expect(dead_code, reason = "held")] Arc<()>);

    impl SpanProcessor for Holds {
        fn on_start(&self, _: &mut Span, _: &Context) {}

        fn on_end(&self, _: SpanData) {}

        fn force_flush(&self) -> OTelSdkResult {
            Ok(())
        }

        fn shutdown_with_timeout(&self, _: Duration) -> OTelSdkResult {
            Ok(())
        }
    }

    SdkTracerProvider::builder()
        .with_span_processor(Holds(Arc::clone(token)))
        .build()
}

/// Returns the token's owners after `replace` ran beside a thread that handled an event and then idled.
fn owners_beside_an_idle_thread(token: &Arc<()>, replace: impl FnOnce()) -> usize {
    let turn = Barrier::new(2);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            handle(&event());
            turn.wait();
            turn.wait();
        });
        turn.wait();
        replace();
        let owners = Arc::strong_count(token);
        turn.wait();
        owners
    })
}

#[test]
fn replaced_provider_is_dropped_at_once_though_a_thread_idles() {
    let _alone = without_provider();
    let token = Arc::new(());
    linked_span::set_tracer_provider(provider_of(&token));
    let owners = owners_beside_an_idle_thread(&token, || {
        handle(&event());
        linked_span::set_tracer_provider(provider().1);
    });
    assert_eq!(owners, 1);
}

#[test]
fn replaced_provider_of_opentelemetry_is_dropped_at_the_next_event() {
    let _alone = without_provider();
    let token = Arc::new(());
    global::set_tracer_provider(provider_of(&token));
    std::thread::sleep(Duration::from_millis(1));
    let owners = owners_beside_an_idle_thread(&token, || {
        global::set_tracer_provider(provider().1);
        std::thread::sleep(Duration::from_millis(1));
        handle(&event());
    });
    assert_eq!(owners, 1);
}

/// Threads that ask at once do not evict each other's tracers.
#[test]
fn every_event_of_many_threads_is_exported() {
    let sdk = Sdk::install();
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..50 {
                    handle(&event());
                    std::thread::sleep(Duration::from_micros(300));
                }
            });
        }
    });
    assert_eq!(sdk.spans().len(), 400);
}

/// Counts how often a handler's attributes were computed. They are only computed for a span.
static COMPUTED: AtomicUsize = AtomicUsize::new(0);

// When this suite runs inside `tracing`, a filter rejects this level, so that logs need no attributes.
#[linked_span(event, level = "trace", attributes(computed = COMPUTED.fetch_add(1, Ordering::Relaxed)))]
fn computes(event: &Origin) {}

#[test]
fn no_op_provider_given_to_opentelemetry_after_an_sdk_is_noticed() {
    let _alone = without_provider();
    let (_exporter, provider) = provider();
    global::set_tracer_provider(provider);
    while handle(&event()) == SpanId::INVALID {
        std::thread::yield_now();
    }
    global::set_tracer_provider(NoopTracerProvider::new());
    let replaced = Instant::now();
    loop {
        let before = COMPUTED.load(Ordering::Relaxed);
        computes(&event());
        if COMPUTED.load(Ordering::Relaxed) == before {
            break;
        }
        assert!(
            replaced.elapsed() < Duration::from_secs(10),
            "an SDK is seen"
        );
    }
}

/// Panics at the request of this number for a tracer, and counts the requests.
struct PanicsAt {
    number: usize,
    asked: Arc<AtomicUsize>,
    provider: SdkTracerProvider,
}

impl TracerProvider for PanicsAt {
    type Tracer = SdkTracer;

    fn tracer_with_scope(&self, scope: InstrumentationScope) -> SdkTracer {
        let asked = self.asked.fetch_add(1, Ordering::Relaxed) + 1;
        assert_ne!(asked, self.number, "asked too often");
        self.provider.tracer_with_scope(scope)
    }
}

#[test]
fn provider_that_panics_when_it_is_asked_leaves_no_answer_for_the_next() {
    for number in [1, 2] {
        let _alone = without_provider();
        let (_outdated, provider) = provider();
        linked_span::set_tracer_provider(PanicsAt {
            number,
            asked: Arc::default(),
            provider,
        });
        handle(&event());
        // The user's own request must not affect the handlers' tracer.
        let _ = catch_unwind(|| drop(global::tracer("user")));
        let (exporter, provider) = self::provider();
        global::set_tracer_provider(provider);
        std::thread::sleep(Duration::from_millis(5));
        handle(&event());
        assert_eq!(links_of(&exporter), 1, "panics at {number}");
    }
}

#[test]
fn provider_is_asked_once_for_a_tracer() {
    let _alone = without_provider();
    let (exporter, provider) = provider();
    let asked = Arc::default();
    linked_span::set_tracer_provider(PanicsAt {
        number: 0,
        asked: Arc::clone(&asked),
        provider,
    });
    handle(&event());
    assert_eq!((asked.load(Ordering::Relaxed), links_of(&exporter)), (1, 1));
}
