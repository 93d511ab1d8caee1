//! Shared helpers of the tests with brokers: the exported spans, and a producer's span.

mod metrics;
mod recorded;

pub use self::metrics::{assert_measured, install_meters};
pub use self::recorded::{Recorded, recorded};

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::OnceLock;

use linked_span::Keyed;
use opentelemetry::baggage::BaggageExt;
use opentelemetry::trace::{Link, SpanContext, SpanKind, TraceContextExt, Tracer, TracerProvider};
use opentelemetry::{Context, KeyValue};
use opentelemetry_sdk::trace::{InMemorySpanExporter, SdkTracerProvider, SpanData};

/// Attributes by key, as text. A duplicate attribute fails the test.
pub type Attributes = BTreeMap<String, String>;

fn exporter() -> &'static InMemorySpanExporter {
    static EXPORTER: OnceLock<InMemorySpanExporter> = OnceLock::new();
    EXPORTER.get_or_init(|| {
        let exporter = InMemorySpanExporter::default();
        let provider = SdkTracerProvider::builder()
            .with_simple_exporter(exporter.clone())
            .build();
        linked_span::set_tracer_provider(provider);
        exporter
    })
}

/// Makes a producer's span active in `within`, then ends it. Returns its context.
pub fn produced(name: &str, within: impl FnOnce(&Context)) -> SpanContext {
    exporter();
    let tracer = opentelemetry::global::tracer_provider().tracer("producer");
    let span = tracer
        .span_builder(name.to_owned())
        .with_kind(SpanKind::Producer)
        .start_with_context(&tracer, &Context::new());
    let context = Context::new().with_span(span);
    let _active = context.clone().attach();
    within(&context);
    context.span().end();
    context.span().span_context().clone()
}

/// Returns all spans with this name, in the order of their ends.
pub fn spans(name: &str) -> Vec<SpanData> {
    let spans = exporter().get_finished_spans().expect("spans");
    spans.into_iter().filter(|span| span.name == name).collect()
}

/// Returns the only span with this name.
#[track_caller]
pub fn span(name: &str) -> SpanData {
    let mut spans = spans(name);
    assert_eq!(spans.len(), 1, "spans called {name}");
    spans.remove(0)
}

/// Returns the only span with this name whose join has this key.
#[track_caller]
pub fn joined(name: &str, key: &str) -> SpanData {
    let key = format!("{key:?}");
    let is_of_join = |span: &SpanData| attributes(&span.attributes).get("fan_in.key") == Some(&key);
    let mut spans = spans(name);
    spans.retain(is_of_join);
    assert_eq!(spans.len(), 1, "spans called {name} of the join {key}");
    spans.remove(0)
}

/// A payload that a message's own bytes are decoded to, for a function that waits for several messages.
#[derive(Debug)]
pub struct Inventory(pub String);

impl Keyed for Inventory {
    fn key(&self) -> Cow<'_, str> {
        self.0.as_str().into()
    }
}

/// Returns a future that a program may give to `tokio::spawn`.
pub fn spawnable<F: Future + Send>(future: F) -> F {
    future
}

/// Installs the exporter.
pub fn install() {
    exporter();
}

#[track_caller]
pub fn attributes(list: &[KeyValue]) -> Attributes {
    let attributes: Attributes = list
        .iter()
        .map(|attribute| {
            let value = match &attribute.value {
                opentelemetry::Value::String(text) => format!("{:?}", text.as_str()),
                other => other.to_string(),
            };
            (attribute.key.to_string(), value)
        })
        .collect();
    assert_eq!(attributes.len(), list.len(), "each key once: {list:?}");
    attributes
}

/// Parses expected attributes: one `key = value` per line, with text values in quotes.
#[track_caller]
pub fn expected(lines: &str) -> Attributes {
    lines
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .map(|line| {
            let (key, value) = line.split_once(" = ").expect("key = value");
            (key.to_owned(), value.to_owned())
        })
        .collect()
}

/// Asserts all attributes of a span or of a link.
#[track_caller]
pub fn assert_attributes(list: &[KeyValue], lines: &str) {
    assert_eq!(attributes(list), expected(lines));
}

/// Asserts all attributes of an input's link, except the seconds that the input waited.
#[track_caller]
pub fn assert_input(link: &Link, lines: &str) {
    let mut attributes = link.attributes.clone();
    attributes.retain(|attribute| attribute.key.as_str() != "fan_in.wait");
    assert_eq!(
        attributes.len() + 1,
        link.attributes.len(),
        "one `fan_in.wait`: {link:?}"
    );
    assert_attributes(&attributes, lines);
}

/// Returns the first digit of each linked context, and `0` for a link without a context.
#[must_use]
pub fn linked(span: &SpanData) -> Vec<String> {
    let links = span.links.links.iter();
    links
        .map(|link| link.span_context.span_id().to_string()[..1].to_owned())
        .collect()
}

/// Asserts that a span has one link to each of these producers' spans, in their order. Returns the links.
#[track_caller]
pub fn links_to<'s>(span: &'s SpanData, producers: &[SpanContext]) -> &'s [Link] {
    let ids = |context: &SpanContext| (context.trace_id(), context.span_id());
    let links = span.links.links.iter();
    let linked: Vec<_> = links.map(|link| ids(&link.span_context)).collect();
    let produced: Vec<_> = producers.iter().map(ids).collect();
    assert_eq!(linked, produced);
    &span.links.links
}

/// Asserts that a span has one link, to a producer's span. Returns the link.
#[track_caller]
pub fn link_to<'s>(span: &'s SpanData, producer: &SpanContext) -> &'s Link {
    let [link] = span.links.links.as_slice() else {
        panic!("one link: {:?}", span.links);
    };
    assert_eq!(link.span_context.trace_id(), producer.trace_id());
    assert_eq!(link.span_context.span_id(), producer.span_id());
    link
}

/// Asserts that a span has one link, to the producer of a recorded message, and the producer's baggage if it wrote any.
#[track_caller]
pub fn assert_recorded(span: &SpanData, message: &Recorded, tenant: Option<&str>) {
    let [link] = span.links.links.as_slice() else {
        panic!("one link to {}: {:?}", message.producer, span.links);
    };
    let context = &link.span_context;
    assert_eq!(
        context.trace_id().to_string(),
        message.trace_id,
        "{}",
        message.producer
    );
    assert_eq!(
        context.span_id().to_string(),
        message.span_id,
        "{}",
        message.producer
    );
    assert!(
        context.is_remote() && context.is_sampled(),
        "{}",
        message.producer
    );
    let mut values = message.headers.iter().filter_map(|(_, value)| *value);
    let has_baggage = values.any(|value| value.contains("tenant=acme"));
    assert_eq!(
        tenant,
        has_baggage.then_some("acme"),
        "{}",
        message.producer
    );
}

/// Returns the tenant in the active baggage.
#[must_use]
pub fn tenant() -> Option<String> {
    let context = Context::current();
    let tenant = context.baggage().get("tenant")?;
    Some(tenant.as_str().to_owned())
}
