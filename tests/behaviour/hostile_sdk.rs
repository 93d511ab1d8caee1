//! An SDK that panics: the handler continues, and the thread's next span is exported.

use std::future::{Future, pending};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use linked_span::{Origin, linked_span};
use linked_span_tests::{Sdk, producer};
use opentelemetry::trace::{
    Link, Span as _, SpanBuilder, SpanContext, SpanId, SpanKind, Status, TraceFlags, TraceId,
    TraceState, Tracer, TracerProvider,
};
use opentelemetry::{Context, InstrumentationScope, KeyValue, Value, global};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{
    IdGenerator, InMemorySpanExporter, RandomIdGenerator, Sampler, SamplingResult, SdkTracer,
    SdkTracerProvider, ShouldSample, Span, SpanData, SpanProcessor,
};

use crate::outcomes::poll_once;

/// Panics in this call while it is switched on.
#[derive(Clone, Debug)]
struct Panics {
    place: &'static str,
    on: Arc<AtomicBool>,
}

impl Panics {
    fn at(place: &'static str) -> Self {
        let on = Arc::new(AtomicBool::new(true));
        Self { place, on }
    }

    fn reach(&self, place: &str) {
        let panics = self.place == place && self.on.load(Ordering::Relaxed);
        assert!(!panics, "as it should");
    }

    fn stop(&self) {
        self.on.store(false, Ordering::Relaxed);
    }
}

impl ShouldSample for Panics {
    fn should_sample(
        &self,
        parent: Option<&Context>,
        trace_id: TraceId,
        name: &str,
        kind: &SpanKind,
        attributes: &[KeyValue],
        links: &[Link],
    ) -> SamplingResult {
        self.reach("sampler");
        if name.ends_with(" links") {
            self.reach("page");
        }
        Sampler::AlwaysOn.should_sample(parent, trace_id, name, kind, attributes, links)
    }
}

impl SpanProcessor for Panics {
    fn on_start(&self, span: &mut Span, _parent: &Context) {
        let sampled = span.span_context().is_sampled();
        assert!(sampled, "it is sampled");
        self.reach("on_start");
    }

    fn on_end(&self, _span: SpanData) {
        self.reach("on_end");
    }

    fn force_flush(&self) -> OTelSdkResult {
        Ok(())
    }

    fn shutdown_with_timeout(&self, _timeout: Duration) -> OTelSdkResult {
        Ok(())
    }

    fn set_resource(&mut self, _resource: &Resource) {}
}

impl IdGenerator for Panics {
    fn new_trace_id(&self) -> TraceId {
        self.reach("ids");
        RandomIdGenerator::default().new_trace_id()
    }

    fn new_span_id(&self) -> SpanId {
        self.reach("ids");
        RandomIdGenerator::default().new_span_id()
    }
}

const PLACES: [&str; 5] = ["sampler", "on_start", "on_end", "ids", "page"];

fn install(panics: &Panics) -> Sdk {
    let builder = SdkTracerProvider::builder()
        .with_span_processor(panics.clone())
        .with_id_generator(panics.clone());
    Sdk::install_built(builder, panics.clone())
}

#[linked_span(event)]
fn returns(event: &Origin) -> u8 {
    7
}

#[linked_span(event)]
async fn fails_later(event: &Origin) -> Result<(), u8> {
    tokio::task::yield_now().await;
    Err(7)
}

#[linked_span(events)]
fn handles_a_batch(events: &[Origin]) -> usize {
    events.len()
}

#[linked_span(event)]
fn panics(event: &Origin) {
    std::panic::panic_any(7_u8);
}

#[linked_span(event)]
async fn waits(event: &Origin) {
    pending::<()>().await;
}

#[linked_span(event)]
fn later(event: &Origin) -> impl Future<Output = u8> {
    async { 7 }
}

fn event() -> Origin {
    producer(1).into()
}

/// Returns this number of events, each from another producer.
fn events(count: u64) -> Vec<Origin> {
    let context = |number| {
        SpanContext::new(
            TraceId::from(1),
            SpanId::from(number),
            TraceFlags::SAMPLED,
            true,
            TraceState::NONE,
        )
    };
    (1..=count).map(|number| context(number).into()).collect()
}

/// Runs a handler of each kind, and asserts that each works as without telemetry.
fn run_each() {
    assert_eq!(returns(&event()), 7);
    let event = event();
    let mut failing = Box::pin(fails_later(&event));
    assert!(poll_once(failing.as_mut()).is_pending());
    assert_eq!(poll_once(failing.as_mut()), std::task::Poll::Ready(Err(7)));
    assert_eq!(poll_once(pin!(later(&event))), std::task::Poll::Ready(7));
    let panic = catch_unwind(|| panics(&event)).expect_err("a panic");
    assert_eq!(panic.downcast_ref(), Some(&7_u8));
    let mut waiting = Box::pin(waits(&event));
    assert!(poll_once(waiting.as_mut()).is_pending());
    drop(waiting);
    // Another panic drops the future.
    let panic = catch_unwind(AssertUnwindSafe(|| {
        let mut waiting = pin!(waits(&event));
        assert!(poll_once(waiting.as_mut()).is_pending());
        std::panic::panic_any(8_u8);
    }));
    assert_eq!(panic.expect_err("a panic").downcast_ref(), Some(&8_u8));
    assert_eq!(handles_a_batch(&events(300)), 300);
}

#[test]
fn sdk_that_panics_leaves_handlers_as_they_are() {
    for place in PLACES {
        let panics = Panics::at(place);
        let sdk = install(&panics);
        run_each();
        let before = sdk.spans().len();
        panics.stop();
        assert_eq!(returns(&event()), 7);
        let spans = sdk.spans();
        assert_eq!(spans.len(), before + 1, "{place}");
        assert_eq!(spans[before].links.len(), 1, "{place}");
    }
}

#[test]
fn child_span_that_panics_keeps_the_handler_s_span() {
    let sdk = install(&Panics::at("page"));
    assert_eq!(handles_a_batch(&events(300)), 300);
    assert_eq!(sdk.span().links.len(), 128);
}

/// A provider, a tracer and a span that are not the SDK's.
#[derive(Clone)]
struct Other(Panics);

struct OtherSpan(Panics, SpanContext);

impl TracerProvider for Other {
    type Tracer = Self;

    fn tracer_with_scope(&self, _scope: InstrumentationScope) -> Self {
        self.0.reach("provider");
        self.clone()
    }
}

impl Tracer for Other {
    type Span = OtherSpan;

    fn build_with_context(&self, _builder: SpanBuilder, _parent: &Context) -> OtherSpan {
        self.0.reach("tracer");
        let context = SpanContext::new(
            TraceId::from(7),
            SpanId::from(7),
            TraceFlags::SAMPLED,
            false,
            TraceState::NONE,
        );
        OtherSpan(self.0.clone(), context)
    }
}

impl opentelemetry::trace::Span for OtherSpan {
    fn add_event_with_timestamp<T>(
        &mut self,
        _name: T,
        _timestamp: std::time::SystemTime,
        _attributes: Vec<KeyValue>,
    ) where
        T: Into<std::borrow::Cow<'static, str>>,
    {
        self.0.reach("add_event");
    }

    fn span_context(&self) -> &SpanContext {
        self.0.reach("span_context");
        &self.1
    }

    fn is_recording(&self) -> bool {
        self.0.reach("is_recording");
        true
    }

    fn set_attribute(&mut self, _attribute: KeyValue) {
        self.0.reach("set_attribute");
    }

    fn set_status(&mut self, _status: Status) {
        self.0.reach("set_status");
    }

    fn update_name<T>(&mut self, _name: T)
    where
        T: Into<std::borrow::Cow<'static, str>>,
    {
    }

    fn add_link(&mut self, _context: SpanContext, _attributes: Vec<KeyValue>) {}

    fn end_with_timestamp(&mut self, _timestamp: std::time::SystemTime) {
        self.0.reach("end");
    }
}

impl Drop for OtherSpan {
    fn drop(&mut self) {
        self.0.reach("drop");
    }
}

#[linked_span(event)]
fn sets_an_attribute(event: &Origin) -> Value {
    linked_span::set_attribute("key", "value");
    7.into()
}

#[test]
fn provider_that_panics_leaves_handlers_as_they_are() {
    let places = [
        "provider",
        "tracer",
        "span_context",
        "is_recording",
        "add_event",
        "set_attribute",
        "set_status",
        "end",
        "drop",
    ];
    // Holds the lock of the installed provider.
    let _sdk = Sdk::install();
    for place in places {
        for through_the_globals in [false, true] {
            let other = Other(Panics::at(place));
            if through_the_globals {
                global::set_tracer_provider(other);
                std::thread::sleep(Duration::from_millis(2));
            } else {
                linked_span::set_tracer_provider(other);
            }
            run_each();
            assert_eq!(sets_an_attribute(&event()), 7.into());
        }
    }
}

/// A tracer for one handler, which panics when it is dropped.
struct EndsHard(SdkTracer);

impl Tracer for EndsHard {
    type Span = Span;

    fn build_with_context(&self, builder: SpanBuilder, parent: &Context) -> Span {
        self.0.build_with_context(builder, parent)
    }
}

impl Drop for EndsHard {
    fn drop(&mut self) {
        panic!("as it should");
    }
}

#[linked_span(event, tracer = EndsHard(tracer.clone()))]
fn returns_by(event: &Origin, tracer: &SdkTracer) -> u8 {
    7
}

#[linked_span(event, tracer = EndsHard(tracer.clone()))]
fn returns_later_by(event: &Origin, tracer: &SdkTracer) -> impl Future<Output = u8> {
    async { 7 }
}

#[test]
fn tracer_that_panics_when_it_is_dropped_leaves_its_spans() {
    // Holds the lock of the installed provider.
    let _sdk = Sdk::install();
    let exporter = InMemorySpanExporter::default();
    let provider = SdkTracerProvider::builder()
        .with_simple_exporter(exporter.clone())
        .build();
    let tracer = provider.tracer("own");
    assert_eq!(returns_by(&event(), &tracer), 7);
    let event = event();
    drop(returns_later_by(&event, &tracer));
    let later = pin!(returns_later_by(&event, &tracer));
    assert_eq!(poll_once(later), std::task::Poll::Ready(7));
    assert_eq!(exporter.get_finished_spans().expect("spans").len(), 2);
}
