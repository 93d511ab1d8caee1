//! Each form of a handler: its span, its children and its parent.

use std::pin::Pin;

use linked_span::{LinkedEvent, Origin, linked_span};
use linked_span_tests::{Sdk, active, producer};
use opentelemetry::baggage::BaggageExt;
use opentelemetry::trace::{SpanId, SpanKind, Status, TraceContextExt};
use opentelemetry::{Context, KeyValue};
use opentelemetry_sdk::trace::SpanData;
use tracing::subscriber::with_default;
use tracing::{info, instrument};
use tracing_opentelemetry::OpenTelemetrySpanExt;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry;

use crate::shared::{called, events, names, otel};

#[derive(LinkedEvent)]
#[event(type = "order.placed")]
struct Order {
    #[event(id)]
    id: String,
    metadata: Origin,
}

fn order() -> Order {
    Order {
        id: "o-1".to_owned(),
        metadata: producer(1).into(),
    }
}

#[instrument]
fn inner() {}

/// Returns the current `tracing` span, and asserts the active OpenTelemetry span.
fn look() -> Option<&'static str> {
    info!("working");
    inner();
    tracing::Span::current()
        .metadata()
        .map(tracing::Metadata::name)
}

#[linked_span(order)]
fn plain(order: &Order) -> Option<&'static str> {
    look()
}

#[linked_span(order)]
async fn awaited(order: &Order) -> Option<&'static str> {
    tokio::task::yield_now().await;
    look()
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "an event by value is the form that is tried"
)]
#[linked_span(order)]
fn opaque(order: Order) -> impl Future<Output = Option<&'static str>> {
    async {
        tokio::task::yield_now().await;
        look()
    }
}

#[linked_span(order)]
fn boxed(order: &Order) -> Pin<Box<dyn Future<Output = Option<&'static str>> + Send>> {
    let look = look;
    Box::pin(async move {
        tokio::task::yield_now().await;
        look()
    })
}

struct Shop;

impl Shop {
    #[linked_span(order)]
    async fn method(&self, order: &Order) -> Option<&'static str> {
        look()
    }
}

fn wait<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    runtime.expect("a runtime").block_on(future)
}

/// Runs a handler under the layer, and returns the exported spans.
fn spans(handle: impl FnOnce()) -> Vec<SpanData> {
    let sdk = Sdk::install();
    with_default(registry().with(otel()), handle);
    sdk.spans()
}

#[test]
fn handler_of_each_form_is_a_tracing_span_with_its_link() {
    type Form = (&'static str, fn() -> Option<&'static str>);
    let forms: [Form; 5] = [
        ("plain", || plain(&order())),
        ("awaited", || wait(awaited(&order()))),
        ("opaque", || wait(opaque(order()))),
        ("boxed", || wait(boxed(&order()))),
        ("method", || wait(Shop.method(&order()))),
    ];
    for (name, handle) in forms {
        let mut seen = None;
        let spans = spans(|| seen = handle());
        assert_eq!(seen, Some(name), "the current `tracing` span");
        assert_eq!(names(&spans), ["inner", name]);
        let [inner, handler] = ["inner", name].map(|name| called(&spans, name));
        assert_eq!(events(handler), ["working"], "{name}");
        assert_eq!(
            inner.parent_span_id,
            handler.span_context.span_id(),
            "{name}"
        );
        assert_eq!(handler.parent_span_id, SpanId::INVALID);
        assert_eq!(handler.span_kind, SpanKind::Consumer);
        assert_eq!(handler.links.links[0].span_context, producer(1));
        assert_eq!(
            handler.attributes,
            [
                KeyValue::new("event.id", "o-1"),
                KeyValue::new("event.type", "order.placed"),
            ]
        );
        assert_eq!(
            handler.instrumentation_scope.name(),
            "linked-span-tests-in-tracing"
        );
        assert_eq!(inner.instrumentation_scope.name(), "tests");
    }
}

#[test]
fn handler_in_an_instrumented_function_is_its_child() {
    #[instrument]
    fn outer() {
        plain(&order());
    }
    let spans = spans(outer);
    let [outer, handler] = ["outer", "plain"].map(|name| called(&spans, name));
    assert_eq!(handler.parent_span_id, outer.span_context.span_id());
}

#[linked_span(event, parent = root)]
fn root(event: &Origin) {
    inner();
}

#[linked_span(event, parent = event)]
fn child(event: &Origin) {
    inner();
}

#[test]
fn handler_has_the_parent_that_its_attribute_gives() {
    #[instrument]
    fn outer() {
        root(&producer(1).into());
        child(&producer(2).into());
    }
    let spans = spans(outer);
    let root = called(&spans, "root");
    assert_eq!(root.parent_span_id, SpanId::INVALID);
    let child = called(&spans, "child");
    assert_eq!(child.parent_span_id, producer(2).span_id());
    assert_eq!(child.span_context.trace_id(), producer(2).trace_id());
    let inners = spans.iter().filter(|span| span.name == "inner");
    let parents: Vec<_> = inners.map(|inner| inner.parent_span_id).collect();
    assert_eq!(
        parents,
        [root, child].map(|span| span.span_context.span_id())
    );
}

#[linked_span(event)]
fn with_baggage(event: &Origin) -> [Option<String>; 2] {
    let of = |context: &Context| context.baggage().get("shop").map(ToString::to_string);
    let through_tracing = tracing::Span::current().context();
    assert!(!through_tracing.is_telemetry_suppressed());
    let active = Context::current();
    assert_eq!(
        through_tracing.span().span_context(),
        active.span().span_context()
    );
    [of(&active), of(&through_tracing)]
}

#[test]
fn body_has_the_events_baggage_through_both() {
    let context = active(producer(1)).with_baggage([KeyValue::new("shop", "north")]);
    let origin = Origin::from(context);
    let mut seen = [None, None];
    spans(|| seen = with_baggage(&origin));
    assert_eq!(seen, [(); 2].map(|()| Some("north".to_owned())));
}

#[linked_span(events)]
fn batch(events: &[Origin]) {}

#[test]
fn sampler_sees_all_links_of_a_batch() {
    let sdk = Sdk::install();
    linked_span::set_link_limit(512);
    let events: Vec<Origin> = (0..300)
        .map(|number| producer(u8::try_from(number % 256).expect("a byte")).into())
        .collect();
    with_default(registry().with(otel()), || batch(&events));
    linked_span::set_link_limit(128);
    let sampled = sdk.sampled();
    assert_eq!(sampled.len(), 1);
    assert_eq!(sampled[0].links.len(), 300);
    assert_eq!(sampled[0].kind, SpanKind::Consumer);
    assert_eq!(
        sampled[0].attributes,
        [
            KeyValue::new("batch.size", 300),
            KeyValue::new("batch.link_count", 300),
        ]
    );
}

#[test]
fn batch_beyond_the_limit_has_child_spans_without_tracing_spans() {
    let sdk = Sdk::install();
    linked_span::set_link_limit(100);
    let events: Vec<Origin> = (0..250).map(|number| producer(number).into()).collect();
    let written = crate::shared::Written::default();
    let subscriber = registry().with(otel()).with(
        crate::lines_to!(written).with_span_events(tracing_subscriber::fmt::format::FmtSpan::CLOSE),
    );
    with_default(subscriber, || batch(&events));
    linked_span::set_link_limit(128);
    let spans = sdk.spans();
    assert_eq!(names(&spans), ["batch links", "batch links", "batch"]);
    let batch = called(&spans, "batch");
    assert_eq!(spans[0].parent_span_id, batch.span_context.span_id());
    assert_eq!(written.lines().len(), 1, "{}", written.text());
}

#[linked_span(event)]
fn failing(event: &Origin) -> Result<(), std::fmt::Error> {
    Err(std::fmt::Error)
}

#[linked_span(event)]
fn panicking(event: &Origin) {
    panic!("out of stock");
}

#[linked_span(event)]
async fn cancelled(event: Origin) {
    std::future::pending::<()>().await;
}

#[test]
fn outcome_of_each_kind_is_recorded_and_leaves_no_span_entered() {
    let spans = spans(|| {
        let event = Origin::from(producer(1));
        failing(&event).expect_err("as it returns");
        std::panic::catch_unwind(|| panicking(&producer(1).into())).expect_err("as it does");
        let mut future = Box::pin(cancelled(event));
        let waker = std::task::Waker::noop();
        let poll = future
            .as_mut()
            .poll(&mut std::task::Context::from_waker(waker));
        assert!(poll.is_pending());
        drop(future);
        assert!(tracing::Span::current().is_none());
        assert!(!Context::current().span().span_context().is_valid());
    });
    assert_eq!(names(&spans), ["failing", "panicking", "cancelled"]);
    assert!(matches!(spans[0].status, Status::Error { .. }));
    assert_eq!(events(&spans[0]), ["exception"]);
    assert_eq!(spans[1].status, Status::error("panicked"));
    assert_eq!(events(&spans[2]), ["linked_span.cancelled"]);
}
