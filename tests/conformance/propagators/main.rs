//! Effects of the installed propagator. It is global, so these tests are a separate program.

mod injected;
mod user;

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use linked_span::{Origin, extract, inject};
use opentelemetry::baggage::BaggageExt;
use opentelemetry::propagation::text_map_propagator::FieldIter;
use opentelemetry::propagation::{
    Extractor, Injector, TextMapCompositePropagator, TextMapPropagator,
};
use opentelemetry::trace::noop::NoopTextMapPropagator;
use opentelemetry::trace::{SpanContext, SpanId, TraceContextExt, TraceFlags, TraceId, TraceState};
use opentelemetry::{Context, KeyValue, global};
use opentelemetry_sdk::propagation::{BaggagePropagator, TraceContextPropagator};

const TRACEPARENT: &str = "00-0000000000000000000000000000000a-000000000000000b-03";
const OTHER: &str = "00-0000000000000000000000000000000a-000000000000000c-03";
const FIELDS: [(&str, &str); 4] = [
    ("Traceparent", TRACEPARENT),
    ("tracestate", "a=1"),
    ("baggage", "user=alice"),
    ("X-Test-Trace", "12-34"),
];

fn span(trace_id: u128, span_id: u64, flags: u8, state: &[(&str, &str)]) -> SpanContext {
    SpanContext::new(
        TraceId::from(trace_id),
        SpanId::from(span_id),
        TraceFlags::new(flags),
        true,
        TraceState::from_key_value(state.iter().copied()).expect("a valid state"),
    )
}

/// Returns the W3C origin in [`FIELDS`], with or without baggage.
fn w3c(with_baggage: bool) -> Origin {
    let context = Context::new().with_remote_span_context(span(10, 11, 3, &[("a", "1")]));
    if with_baggage {
        context
            .with_baggage([KeyValue::new("user", "alice")])
            .into()
    } else {
        context.into()
    }
}

/// Returns an active context, from which nothing may leak into the origin.
fn ambient() -> Context {
    Context::new()
        .with_remote_span_context(span(0xaaaa, 0xbbbb, 1, &[]))
        .with_baggage([KeyValue::new("ambient", "yes")])
}

/// Installs a propagator, and locks out others while the guard lives.
fn install(propagator: impl TextMapPropagator + Send + Sync + 'static) -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    let alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    install_beside(propagator);
    alone
}

/// Installs through this crate, so that every thread uses the propagator at once.
fn install_beside(propagator: impl TextMapPropagator + Send + Sync + 'static) {
    linked_span::set_text_map_propagator(propagator);
}

fn composite(
    propagators: impl IntoIterator<Item = Box<dyn TextMapPropagator + Send + Sync>>,
) -> TextMapCompositePropagator {
    TextMapCompositePropagator::new(propagators.into_iter().collect())
}

/// Reads and writes `x-test-trace: TRACE-SPAN`, and records its calls.
#[derive(Clone, Debug)]
struct TestPropagator {
    fields: Arc<[String]>,
    called_with: Arc<Mutex<Vec<Context>>>,
}

const TEST: &str = "x-test-trace";

impl TestPropagator {
    fn new() -> Self {
        Self {
            fields: [TEST.to_owned()].into(),
            called_with: Arc::default(),
        }
    }

    fn called_with(&self) -> Vec<Context> {
        std::mem::take(&mut self.called_with.lock().expect("no panic"))
    }
}

impl TextMapPropagator for TestPropagator {
    fn inject_context(&self, context: &Context, injector: &mut dyn Injector) {
        let span = context.span();
        let span = span.span_context();
        injector.set(TEST, format!("{:x}-{:x}", span.trace_id(), span.span_id()));
        injector.set("x-test-empty", String::new());
    }

    fn extract_with_context(&self, context: &Context, extractor: &dyn Extractor) -> Context {
        self.called_with
            .lock()
            .expect("no panic")
            .push(context.clone());
        let read = || {
            let (trace_id, span_id) = extractor.get(TEST)?.split_once('-')?;
            let trace_id = u128::from_str_radix(trace_id, 16).ok()?;
            let span_id = u64::from_str_radix(span_id, 16).ok()?;
            Some(span(trace_id, span_id, 1, &[]))
        };
        read().map_or_else(
            || context.clone(),
            |span| context.with_remote_span_context(span),
        )
    }

    fn fields(&self) -> FieldIter<'_> {
        FieldIter::new(&self.fields)
    }
}

/// Returns the fields written over stale ones: for a context with state and baggage, and for one with neither.
fn written() -> [BTreeMap<String, String>; 2] {
    let old = [
        "TraceParent",
        "TraceState",
        "tracestate",
        "X-TEST-TRACE",
        "x-test-empty",
    ];
    let baggage = [KeyValue::new("user", "alice")];
    let contexts = [
        Context::new()
            .with_remote_span_context(span(10, 11, 3, &[("a", "1")]))
            .with_baggage(baggage),
        Context::new().with_remote_span_context(span(10, 11, 3, &[])),
    ];
    contexts.map(|context| {
        let mut carrier: Vec<(String, String)> = old
            .iter()
            .map(|name| ((*name).to_owned(), "stale".to_owned()))
            .collect();
        let _guard = context.attach();
        inject(&mut carrier);
        assert!(
            carrier.iter().all(|(_, value)| !value.is_empty()),
            "nothing is written empty"
        );
        let fields: BTreeMap<_, _> = carrier.iter().cloned().collect();
        assert_eq!(fields.len(), carrier.len(), "no name twice");
        fields
    })
}

fn fields<const N: usize>(fields: [(&str, &str); N]) -> BTreeMap<String, String> {
    fields
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into()
}

/// Fields of an earlier hop beside the W3C fields.
const STALE: [(&str, &str); 2] = [("X-TEST-TRACE", "stale"), ("x-test-empty", "stale")];

/// Asserts that all three W3C fields are read and written.
fn assert_w3c_with_baggage() {
    assert_eq!(extract(&FIELDS), w3c(true));
    let (traceparent, state) = (("traceparent", TRACEPARENT), ("tracestate", "a=1"));
    let baggage = ("baggage", "user=alice");
    let [with, without] = written();
    assert_eq!(
        with,
        fields([traceparent, state, baggage, STALE[0], STALE[1]])
    );
    assert_eq!(without, fields([traceparent, STALE[0], STALE[1]]));
}

#[test]
fn noop_propagator_is_replaced_by_all_w3c_fields() {
    let _alone = install(NoopTextMapPropagator::new());
    assert_w3c_with_baggage();
}

#[test]
fn trace_context_propagator_leaves_baggage_alone() {
    let _alone = install(TraceContextPropagator::new());
    assert_eq!(extract(&FIELDS), w3c(false));
    let (traceparent, state) = (("traceparent", TRACEPARENT), ("tracestate", "a=1"));
    let [with, without] = written();
    assert_eq!(with, fields([traceparent, state, STALE[0], STALE[1]]));
    assert_eq!(without, fields([traceparent, STALE[0], STALE[1]]));
}

#[test]
fn composite_propagator_of_the_w3c_has_all_fields() {
    let _alone = install(composite([
        Box::new(TraceContextPropagator::new()) as _,
        Box::new(BaggagePropagator::new()) as _,
    ]));
    assert_w3c_with_baggage();
}

#[test]
fn baggage_propagator_reads_no_context() {
    let _alone = install(BaggagePropagator::new());
    let origin = extract(&FIELDS);
    assert_eq!(*origin.span_context(), SpanContext::NONE);
    assert_eq!(
        origin.baggage().map(ToString::to_string).as_deref(),
        Some("user=alice")
    );
    let _guard = ambient().attach();
    assert_eq!(extract(&[("baggage", "?")]), Origin::default());
}

/// A W3C propagator is only asked for its fields. This crate reads them, because OpenTelemetry's reader is less strict.
#[test]
fn sdk_propagator_is_replaced_by_the_strict_reader() {
    let _alone = install(TraceContextPropagator::new());
    for broken in [
        &[(
            "traceparent",
            "00-0000000000000000000000000000000a-000000000000000b-01-",
        )][..],
        &[("traceparent", "00-a-b-01")],
        &[("traceparent", TRACEPARENT), ("Traceparent", OTHER)],
    ] {
        assert_eq!(extract(broken), Origin::default(), "{broken:?}");
    }
    let parts = [
        ("traceparent", TRACEPARENT),
        ("tracestate", "a=1"),
        ("tracestate", "b=2"),
    ];
    assert_eq!(
        extract(&parts).span_context().trace_state().header(),
        "a=1,b=2"
    );
}

#[test]
fn foreign_propagator_reads_and_writes() {
    let propagator = TestPropagator::new();
    let _alone = install(propagator.clone());
    assert_eq!(extract(&FIELDS), span(0x12, 0x34, 1, &[]).into());
    assert_eq!(
        extract(&HashMap::from(FIELDS)),
        span(0x12, 0x34, 1, &[]).into()
    );
    assert_eq!(
        extract(&[(TEST, b"12-34".as_slice())]),
        span(0x12, 0x34, 1, &[]).into()
    );
    let only_w3c = &FIELDS[..3];
    assert_eq!(extract(only_w3c), Origin::default());

    let [with, without] = written();
    let stale = [
        ("TraceParent", "stale"),
        ("TraceState", "stale"),
        ("tracestate", "stale"),
    ];
    assert_eq!(with, fields([(TEST, "a-b"), stale[0], stale[1], stale[2]]));
    assert_eq!(without, with);
}

#[test]
fn foreign_propagator_is_called_with_an_empty_context() {
    let propagator = TestPropagator::new();
    let _alone = install(propagator.clone());
    let _guard = ambient().attach();
    let not_text: &[u8] = &[0xff; 4096];
    let noise = "\u{1f4a3}".repeat(1024);
    for junk in [
        b"".as_slice(),
        b"-",
        b"junk",
        b"12-",
        b"0-0",
        not_text,
        noise.as_bytes(),
    ] {
        let origin = extract(&[(TEST, junk), ("other", not_text)]);
        assert_eq!(origin, Origin::default(), "{}", junk.escape_ascii());
    }
    assert_eq!(extract(&[("x", "y")]), Origin::default());
    assert_eq!(
        extract(&FIELDS),
        span(0x12, 0x34, 1, &[]).into(),
        "and no ambient baggage"
    );
    let called_with = propagator.called_with();
    assert_eq!(called_with.len(), 9);
    for context in called_with {
        assert!(!context.has_active_span());
        assert!(context.baggage().is_empty());
    }
}

#[test]
fn strict_reader_does_not_return_the_ambient_context() {
    let _alone = install(NoopTextMapPropagator::new());
    let _guard = ambient().attach();
    for junk in ["", "junk", "00-0-0-01"] {
        assert_eq!(extract(&[("traceparent", junk)]), Origin::default());
    }
    assert_eq!(extract(&FIELDS), w3c(true));
}

/// A migration needs this: the second propagator reads what the first does not find.
#[test]
fn foreign_propagator_in_a_composite_reads_and_writes() {
    let _alone = install(composite([
        Box::new(TraceContextPropagator::new()) as _,
        Box::new(TestPropagator::new()) as _,
        Box::new(BaggagePropagator::new()) as _,
    ]));
    let _guard = ambient().attach();
    let user = [KeyValue::new("user", "alice")];
    let second = Context::new()
        .with_remote_span_context(span(0x12, 0x34, 1, &[]))
        .with_baggage(user);
    assert_eq!(extract(&FIELDS), second.into());
    assert_eq!(
        *extract(&FIELDS[..3]).span_context(),
        span(10, 11, 1, &[("a", "1")])
    );
    assert_eq!(
        extract(&[("traceparent", "junk"), (TEST, "junk")]),
        Origin::default()
    );

    // OpenTelemetry's writer omits the random flag, and writes an empty state.
    let ours = (TEST, "a-b");
    let traceparent = (
        "traceparent",
        "00-0000000000000000000000000000000a-000000000000000b-01",
    );
    let [with, without] = written();
    assert_eq!(
        with,
        fields([
            traceparent,
            ("tracestate", "a=1"),
            ("baggage", "user=alice"),
            ours
        ])
    );
    assert_eq!(without, fields([traceparent, ours]));
}

/// Serialized origins are in the W3C's format, because stored data outlives a configuration.
#[test]
fn serialized_origin_has_w3c_fields_with_any_propagator() {
    let _alone = install(TestPropagator::new());
    let text = serde_json::to_string(&w3c(true)).expect("serializes");
    assert!(text.contains(TRACEPARENT), "{text}");
    assert_eq!(
        serde_json::from_str::<Origin>(&text).expect("deserializes"),
        w3c(true)
    );
}

#[test]
fn propagator_installed_later_is_used() {
    let _alone = install(NoopTextMapPropagator::new());
    assert_eq!(extract(&FIELDS), w3c(true));
    install_beside(TraceContextPropagator::new());
    assert_eq!(extract(&FIELDS), w3c(false));
    install_beside(TestPropagator::new());
    assert_eq!(extract(&FIELDS), span(0x12, 0x34, 1, &[]).into());
    install_beside(NoopTextMapPropagator::new());
    assert_eq!(extract(&FIELDS), w3c(true));
}

#[test]
fn propagator_given_to_opentelemetry_is_seen_after_a_millisecond() {
    let _alone = install(TraceContextPropagator::new());
    assert_eq!(extract(&FIELDS), w3c(false));
    global::set_text_map_propagator(TestPropagator::new());
    thread::sleep(Duration::from_millis(1));
    assert_eq!(extract(&FIELDS), span(0x12, 0x34, 1, &[]).into());
}

#[test]
fn propagator_given_to_this_crate_is_seen_by_every_thread_at_once() {
    let _alone = install(TraceContextPropagator::new());
    for _ in 0..100 {
        install_beside(TraceContextPropagator::new());
        assert_eq!(extract(&FIELDS), w3c(false));
        let turn = std::sync::Barrier::new(2);
        let read = thread::scope(|scope| {
            let reading = scope.spawn(|| {
                let before = extract(&FIELDS);
                turn.wait();
                turn.wait();
                [before, extract(&FIELDS)]
            });
            turn.wait();
            install_beside(TestPropagator::new());
            turn.wait();
            reading.join().expect("no panic")
        });
        assert_eq!(read, [w3c(false), span(0x12, 0x34, 1, &[]).into()]);
    }
}
