//! Fields that other propagators write over those of an earlier hop.

use std::collections::{BTreeMap, HashMap};

use http::{HeaderMap, HeaderValue};
use linked_span::{Carrier, CarrierMut, extract, inject};
use opentelemetry::baggage::BaggageExt;
use opentelemetry::propagation::text_map_propagator::FieldIter;
use opentelemetry::propagation::{Extractor, Injector, TextMapPropagator};
use opentelemetry::trace::{SpanContext, SpanId, TraceContextExt, TraceFlags, TraceId, TraceState};
use opentelemetry::{Context, KeyValue};
use opentelemetry_sdk::propagation::{BaggagePropagator, TraceContextPropagator};

use super::{composite, install, install_beside, span};

/// B3 in one header or in several, as Zipkin's libraries write it: with a sampling decision even without a span.
#[derive(Debug)]
struct B3 {
    single: bool,
    fields: Vec<String>,
}

const SEVERAL: [&str; 4] = ["x-b3-traceid", "x-b3-spanid", "x-b3-sampled", "x-b3-flags"];

impl B3 {
    fn single() -> Self {
        Self {
            single: true,
            fields: vec!["b3".to_owned()],
        }
    }

    fn several() -> Self {
        Self {
            single: false,
            fields: SEVERAL.map(ToOwned::to_owned).into(),
        }
    }
}

fn b3(trace_id: &str, span_id: &str, sampled: bool) -> Option<SpanContext> {
    Some(SpanContext::new(
        TraceId::from_hex(trace_id).ok()?,
        SpanId::from_hex(span_id).ok()?,
        TraceFlags::NOT_SAMPLED.with_sampled(sampled),
        true,
        TraceState::NONE,
    ))
}

impl TextMapPropagator for B3 {
    fn inject_context(&self, context: &Context, injector: &mut dyn Injector) {
        let span = context.span();
        let span = span.span_context();
        let sampled = u8::from(span.is_sampled());
        let ids = span.is_valid().then(|| (span.trace_id(), span.span_id()));
        match (self.single, ids) {
            (true, Some((trace, span))) => injector.set("b3", format!("{trace}-{span}-{sampled}")),
            (true, None) => injector.set("b3", sampled.to_string()),
            (false, ids) => {
                if let Some((trace, span)) = ids {
                    injector.set(SEVERAL[0], trace.to_string());
                    injector.set(SEVERAL[1], span.to_string());
                }
                injector.set(SEVERAL[2], sampled.to_string());
            }
        }
    }

    fn extract_with_context(&self, context: &Context, extractor: &dyn Extractor) -> Context {
        let read = || {
            if self.single {
                let mut parts = extractor.get("b3")?.split('-');
                return b3(parts.next()?, parts.next()?, parts.next() == Some("1"));
            }
            let [trace, span, sampled, flags] = SEVERAL.map(|name| extractor.get(name));
            b3(trace?, span?, flags == Some("1") || sampled == Some("1"))
        };
        match read() {
            Some(span) => context.with_remote_span_context(span),
            None => context.clone(),
        }
    }

    fn fields(&self) -> FieldIter<'_> {
        FieldIter::new(&self.fields)
    }
}

/// A producer's context in all formats, in several cases and repeated.
const FORWARDED: [(&str, &str); 8] = [
    ("B3", "0000000000000000000000000000000c-000000000000000d-1"),
    ("X-B3-TraceId", "0000000000000000000000000000000c"),
    ("X-B3-SpanId", "000000000000000d"),
    ("X-B3-Flags", "1"),
    (
        "traceparent",
        "00-0000000000000000000000000000000c-000000000000000d-01",
    ),
    ("tracestate", "old=1"),
    ("baggage", "old=1"),
    ("content-type", "text/plain"),
];

type Fields = BTreeMap<String, String>;

/// A carrier that can be created from fields and read back.
trait Fielded: Carrier + CarrierMut {
    fn of(fields: &[(&str, &str)]) -> Self;
    fn fields(&self) -> Vec<(String, String)>;
}

impl Fielded for Vec<(String, String)> {
    fn of(fields: &[(&str, &str)]) -> Self {
        fields
            .iter()
            .map(|(name, value)| ((*name).into(), (*value).into()))
            .collect()
    }
    fn fields(&self) -> Vec<(String, String)> {
        self.clone()
    }
}

impl Fielded for HashMap<String, String> {
    fn of(fields: &[(&str, &str)]) -> Self {
        Vec::of(fields).into_iter().collect()
    }
    fn fields(&self) -> Vec<(String, String)> {
        self.clone().into_iter().collect()
    }
}

impl Fielded for BTreeMap<String, String> {
    fn of(fields: &[(&str, &str)]) -> Self {
        Vec::of(fields).into_iter().collect()
    }
    fn fields(&self) -> Vec<(String, String)> {
        self.clone().into_iter().collect()
    }
}

impl Fielded for serde_json::Map<String, serde_json::Value> {
    fn of(fields: &[(&str, &str)]) -> Self {
        Vec::of(fields)
            .into_iter()
            .map(|(name, value)| (name, value.into()))
            .collect()
    }
    fn fields(&self) -> Vec<(String, String)> {
        let text = |value: &serde_json::Value| value.as_str().expect("text").to_owned();
        self.iter()
            .map(|(name, value)| (name.clone(), text(value)))
            .collect()
    }
}

impl Fielded for HeaderMap {
    fn of(fields: &[(&str, &str)]) -> Self {
        let mut headers = HeaderMap::new();
        for (name, value) in fields {
            let name: http::HeaderName = name.parse().expect("a name");
            headers.append(name, HeaderValue::from_str(value).expect("a value"));
        }
        headers
    }
    fn fields(&self) -> Vec<(String, String)> {
        let text = |value: &HeaderValue| value.to_str().expect("text").to_owned();
        self.iter()
            .map(|(name, value)| (name.to_string(), text(value)))
            .collect()
    }
}

/// Returns the fields of a carrier with [`FORWARDED`] after this context was written into it, by lower-case name.
fn written_into<C: Fielded>(context: &Context) -> (C, Fields) {
    let mut carrier = C::of(&FORWARDED);
    let guard = context.clone().attach();
    inject(&mut carrier);
    drop(guard);
    let all = carrier.fields();
    let fields: Fields = all
        .iter()
        .map(|(name, value)| (name.to_lowercase(), value.clone()))
        .collect();
    assert_eq!(fields.len(), all.len(), "no name twice: {all:?}");
    (carrier, fields)
}

fn forwarded() -> Fields {
    let lower = |(name, value): &(&str, &str)| (name.to_lowercase(), (*value).to_owned());
    FORWARDED.iter().map(lower).collect()
}

/// Asserts the fields of every carrier; `change` turns the forwarded fields into the expected ones.
fn assert_written(context: &Context, change: impl Fn(&mut Fields)) {
    fn assert_one<C: Fielded>(context: &Context, expected: &Fields) {
        let (_, fields) = written_into::<C>(context);
        assert_eq!(fields, *expected, "{}", std::any::type_name::<C>());
    }
    let mut expected = forwarded();
    change(&mut expected);
    assert_one::<Vec<(String, String)>>(context, &expected);
    assert_one::<HashMap<String, String>>(context, &expected);
    assert_one::<BTreeMap<String, String>>(context, &expected);
    assert_one::<serde_json::Map<String, serde_json::Value>>(context, &expected);
    assert_one::<HeaderMap>(context, &expected);
}

fn with_span(sampled: bool) -> Context {
    Context::new().with_remote_span_context(span(10, 11, u8::from(sampled), &[]))
}

fn all_propagators() -> [Box<dyn TextMapPropagator + Send + Sync>; 4] {
    [
        Box::new(B3::single()),
        Box::new(B3::several()),
        Box::new(TraceContextPropagator::new()),
        Box::new(BaggagePropagator::new()),
    ]
}

#[test]
fn inject_without_a_span_keeps_the_forwarded_context() {
    let alone = install(B3::single());
    assert_written(&Context::new(), |_| {});
    install_beside(B3::several());
    assert_written(&Context::new(), |_| {});
    install_beside(composite(all_propagators()));
    assert_written(&Context::new(), |_| {});

    let mut empty: Vec<(String, String)> = Vec::new();
    inject(&mut empty);
    assert_eq!(empty, []);
    drop(alone);
}

/// Baggage does not belong to the span: a service without an SDK forwards it.
#[test]
fn inject_without_a_span_writes_baggage() {
    let alone = install(composite(all_propagators()));
    let baggage = Context::new().with_baggage([KeyValue::new("user", "alice")]);
    let user = |fields: &mut Fields| {
        fields.insert("baggage".into(), "user=alice".into());
    };
    assert_written(&baggage, user);
    install_beside(BaggagePropagator::new());
    assert_written(&baggage, user);
    install_beside(composite([
        Box::new(TraceContextPropagator::new()) as _,
        Box::new(BaggagePropagator::new()) as _,
    ]));
    assert_written(&baggage, user);
    drop(alone);
}

#[test]
fn inject_removes_the_propagator_s_outdated_fields() {
    let alone = install(B3::several());
    assert_written(&with_span(false), |fields| {
        fields.remove("x-b3-flags");
        fields.insert("x-b3-traceid".into(), format!("{:032x}", 10));
        fields.insert("x-b3-spanid".into(), format!("{:016x}", 11));
        fields.insert("x-b3-sampled".into(), "0".into());
    });
    let (carrier, _) = written_into::<HeaderMap>(&with_span(false));
    assert_eq!(
        extract(&carrier),
        span(10, 11, 0, &[]).into(),
        "not sampled"
    );

    install_beside(B3::single());
    assert_written(&with_span(true), |fields| {
        fields.insert("b3".into(), format!("{:032x}-{:016x}-1", 10, 11));
    });
    drop(alone);
}

/// Both writers are tested: this crate's, and the SDK's in a composite with another.
#[test]
fn inject_with_cleared_baggage_removes_the_old_one() {
    let traceparent = format!("00-{:032x}-{:016x}-01", 10, 11);
    let context = with_span(true).with_cleared_baggage();
    let without = |fields: &mut Fields| {
        fields.insert("traceparent".into(), traceparent.clone());
        fields.remove("tracestate");
        fields.remove("baggage");
    };
    let alone = install(composite([
        Box::new(TraceContextPropagator::new()) as _,
        Box::new(BaggagePropagator::new()) as _,
    ]));
    assert_written(&context, without);
    install_beside(opentelemetry::trace::noop::NoopTextMapPropagator::new());
    assert_written(&context, without);
    install_beside(composite(all_propagators()));
    assert_written(&context, |fields| {
        without(fields);
        fields.retain(|name, _| !name.starts_with("x-b3") && name != "b3");
        fields.insert("b3".into(), format!("{:032x}-{:016x}-1", 10, 11));
        fields.insert("x-b3-traceid".into(), format!("{:032x}", 10));
        fields.insert("x-b3-spanid".into(), format!("{:016x}", 11));
        fields.insert("x-b3-sampled".into(), "1".into());
    });
    // Without a propagator of baggage, this crate must not touch the field.
    install_beside(TraceContextPropagator::new());
    assert_written(&context, |fields| {
        without(fields);
        fields.insert("baggage".into(), "old=1".into());
    });
    drop(alone);
}

/// The SDK's propagators read one value, but HTTP allows several fields.
#[test]
fn lists_in_several_fields_are_joined_for_other_propagators() {
    let alone = install(BaggagePropagator::new());
    let two = [
        ("baggage", "a=1"),
        ("Baggage", "b=2,c=3"),
        ("baggage", "a=1"),
    ];
    let read = |fields: &[(&str, &str)]| {
        let origin = extract(fields);
        let mut entries: Vec<(String, String)> = origin
            .baggage()
            .into_iter()
            .flatten()
            .map(|(key, (value, _))| (key.to_string(), value.to_string()))
            .collect();
        entries.sort();
        entries
    };
    let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
    let expected = [pair("a", "1"), pair("b", "2"), pair("c", "3")];
    assert_eq!(read(&two), expected);

    install_beside(composite(all_propagators()));
    assert_eq!(read(&two), expected);
    let traceparent = format!("00-{:032x}-{:016x}-01", 10, 11);
    let states = [
        ("traceparent", &*traceparent),
        ("tracestate", "a=1"),
        ("tracestate", "b=2"),
    ];
    let origin = extract(&states);
    assert_eq!(origin.span_context().trace_state().header(), "a=1,b=2");

    let mut headers = HeaderMap::of(&two);
    headers.append("b3", HeaderValue::from_static("0"));
    assert_eq!(
        extract(&headers)
            .baggage()
            .map(opentelemetry::baggage::Baggage::len),
        Some(3)
    );
    drop(alone);
}

/// The documentation says that, in a composite with another propagator, the SDK's propagator reads the W3C fields.
#[test]
fn w3c_fields_beside_b3_are_read_by_the_sdk() {
    let alone = install(composite(all_propagators()));
    let lax = extract(&[("traceparent", "00-a-b-01-")]);
    assert_eq!(lax, span(10, 11, 1, &[]).into());
    drop(alone);
}
