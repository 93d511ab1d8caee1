//! Every carrier of a context.

use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasherDefault, DefaultHasher};
use std::rc::Rc;
use std::sync::Arc;

use http::{HeaderMap, HeaderValue};
use linked_span::{Carrier, CarrierMut, Origin, extract, inject};
use opentelemetry::baggage::BaggageExt;
use opentelemetry::trace::{SpanContext, TraceContextExt, TraceFlags, TraceState};
use opentelemetry::{Context, KeyValue};

use crate::sample::{TRACEPARENT, producer};

const FIELDS: [(&str, &str); 4] = [
    ("content-type", "application/json"),
    ("TraceParent", TRACEPARENT),
    ("tracestate", "a=1,b=2"),
    ("baggage", "user=alice"),
];

fn origin() -> Origin {
    let context = Context::new()
        .with_remote_span_context(producer(&[("a", "1"), ("b", "2")]))
        .with_baggage([KeyValue::new("user", "alice")]);
    context.into()
}

fn owned<C: FromIterator<(String, String)>>() -> C {
    FIELDS
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

fn headers() -> HeaderMap {
    FIELDS
        .iter()
        .map(|(name, value)| {
            (
                name.parse().expect("a name"),
                HeaderValue::from_static(value),
            )
        })
        .collect::<HeaderMap>()
}

#[test]
fn every_carrier_is_read() {
    let bytes = FIELDS.map(|(name, value)| (name, value.as_bytes()));
    let json: serde_json::Map<String, serde_json::Value> = FIELDS
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).into()))
        .collect();
    let vec: Vec<(String, String)> = owned();
    let carriers: Vec<(&str, Box<dyn Carrier>)> = vec![
        ("an array", Box::new(FIELDS)),
        ("an array of bytes", Box::new(bytes)),
        (
            "an array of owned bytes",
            Box::new(bytes.map(|(name, value)| (name, value.to_vec()))),
        ),
        ("a list", Box::new(vec.clone())),
        ("a list of references", Box::new(FIELDS.to_vec())),
        ("a hash map", Box::new(owned::<HashMap<String, String>>())),
        ("a hash map of bytes", Box::new(HashMap::from(bytes))),
        (
            "a hash map of another hasher",
            Box::new(owned::<
                HashMap<String, String, BuildHasherDefault<DefaultHasher>>,
            >()),
        ),
        (
            "a sorted map",
            Box::new(owned::<BTreeMap<String, String>>()),
        ),
        (
            "a sorted map of references",
            Box::new(BTreeMap::from(FIELDS)),
        ),
        ("HTTP's headers", Box::new(headers())),
        ("a JSON object", Box::new(json.clone())),
        ("a JSON value", Box::new(serde_json::Value::from(json))),
        ("an origin", Box::new(origin())),
        ("an option", Box::new(Some(FIELDS))),
        ("a box", Box::new(Box::new(FIELDS))),
        ("an Rc", Box::new(Rc::new(FIELDS))),
        ("an Arc", Box::new(Arc::new(FIELDS))),
    ];
    for (name, carrier) in &carriers {
        assert_eq!(extract(carrier), origin(), "{name}");
        assert_eq!(carrier.origin(), origin(), "{name}");
    }
    assert_eq!(extract(vec.as_slice()), origin());
    let (shared, exclusive) = (&vec, &mut vec.clone());
    let (shared, exclusive) = (&shared, &exclusive);
    assert_eq!(extract(shared), origin());
    assert_eq!(extract(exclusive), origin());
    assert_eq!(extract(&None::<HeaderMap>), Origin::default());
    assert_eq!(extract(&Arc::<[(&str, &str)]>::from(FIELDS)), origin());
}

#[test]
fn repeated_headers_stay_in_order() {
    let mut headers = headers();
    headers.append("tracestate", HeaderValue::from_static("c=3"));
    headers.append("baggage", HeaderValue::from_static("shop=7"));
    let origin = extract(&headers);
    assert_eq!(origin.span_context().trace_state().header(), "a=1,b=2,c=3");
    assert_eq!(
        origin.baggage().map(opentelemetry::baggage::Baggage::len),
        Some(2)
    );

    headers.append("traceparent", HeaderValue::from_static(TRACEPARENT));
    assert!(
        extract(&headers).span_context().is_valid(),
        "two that are equal count as one"
    );
    headers.append("traceparent", HeaderValue::from_static(OLD[0].1));
    assert_eq!(
        *extract(&headers).span_context(),
        SpanContext::NONE,
        "two different ones refuse each other"
    );

    headers.insert(
        "traceparent",
        HeaderValue::from_bytes(&[0xff; 55]).expect("opaque bytes"),
    );
    assert_eq!(
        *extract(&headers).span_context(),
        SpanContext::NONE,
        "bytes that are no text"
    );
}

/// Fields of an earlier hop, in several cases and repeated.
const OLD: [(&str, &str); 6] = [
    (
        "TRACEPARENT",
        "00-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-aaaaaaaaaaaaaaaa-00",
    ),
    ("other", "stays"),
    ("tracestate", "old=1"),
    ("TraceState", "old=2"),
    ("Baggage", "old=1"),
    ("traceparents", "stays too"),
];

/// Writes contexts over [`OLD`], and asserts the fields that are left.
#[track_caller]
fn assert_written<C, L>(old: &C, list: impl Fn(&C) -> L)
where
    C: Carrier + CarrierMut + Clone,
    L: IntoIterator<Item = (String, String)>,
{
    let written = |context: Context| {
        let mut carrier = old.clone();
        let _guard = context.attach();
        inject(&mut carrier);
        let fields: BTreeMap<String, String> = list(&carrier).into_iter().collect();
        assert_eq!(
            fields.len(),
            list(&carrier).into_iter().count(),
            "no name twice"
        );
        (carrier.origin(), fields)
    };
    let others = [("other", "stays"), ("traceparents", "stays too")];
    let expected = |ours: &[(&str, &str)]| -> BTreeMap<String, String> {
        let all = ours.iter().chain(&others);
        all.map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect()
    };

    let user = [KeyValue::new("user", "alice")];
    let with_state = Context::new()
        .with_remote_span_context(producer(&[("a", "1"), ("b", "2")]))
        .with_baggage(user.clone());
    let (read, fields) = written(with_state.clone());
    assert_eq!(read, Origin::from(with_state));
    let ours = [
        ("traceparent", TRACEPARENT),
        ("tracestate", "a=1,b=2"),
        ("baggage", "user=alice"),
    ];
    assert_eq!(fields, expected(&ours));

    let without = Context::new()
        .with_remote_span_context(producer(&[]))
        .with_baggage(user);
    let (read, fields) = written(without.clone());
    assert_eq!(read, Origin::from(without));
    assert_eq!(
        fields,
        expected(&[("traceparent", TRACEPARENT), ("baggage", "user=alice")])
    );
}

fn old<C: FromIterator<(String, String)>>() -> C {
    OLD.iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

#[test]
fn every_carrier_is_written() {
    assert_written(&old::<HashMap<String, String>>(), Clone::clone);
    assert_written(
        &old::<HashMap<String, String, BuildHasherDefault<DefaultHasher>>>(),
        Clone::clone,
    );
    assert_written(&old::<BTreeMap<String, String>>(), Clone::clone);
    assert_written(&old::<Vec<(String, String)>>(), Clone::clone);

    let bytes: Vec<(String, Vec<u8>)> = old::<Vec<_>>()
        .into_iter()
        .map(|(name, value)| (name, value.into_bytes()))
        .collect();
    assert_written(&bytes, |fields| {
        let text = |value: &[u8]| String::from_utf8(value.to_vec()).expect("text");
        fields
            .iter()
            .map(|(name, value)| (name.clone(), text(value)))
            .collect::<Vec<_>>()
    });

    let json: serde_json::Map<String, serde_json::Value> = OLD
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).into()))
        .collect();
    assert_written(&json, |object| {
        let text = |value: &serde_json::Value| value.as_str().expect("text").to_owned();
        object
            .iter()
            .map(|(name, value)| (name.clone(), text(value)))
            .collect::<Vec<_>>()
    });

    let mut headers = HeaderMap::new();
    for (name, value) in OLD {
        let name: http::HeaderName = name.parse().expect("a name");
        headers.append(name, HeaderValue::from_static(value));
    }
    assert_written(&headers, |headers| {
        let text = |value: &HeaderValue| value.to_str().expect("text").to_owned();
        let fields = headers
            .iter()
            .map(|(name, value)| (name.to_string(), text(value)));
        fields.collect::<Vec<_>>()
    });
}

#[test]
fn inject_without_an_active_context_writes_nothing() {
    let mut carrier: Vec<(String, String)> = old();
    inject(&mut carrier);
    assert_eq!(carrier, old::<Vec<_>>());
    let mut carrier: HashMap<String, String> = HashMap::new();
    inject(&mut carrier);
    assert!(carrier.is_empty());
}

/// OpenTelemetry accepts states that the specification forbids. They must not reach the next service.
#[test]
fn inject_skips_an_unreadable_state() {
    let broken = [("", "1"), ("a", ""), ("a", "line\nend"), ("a", "\u{e9}")];
    for (key, value) in broken {
        let mut headers: Vec<(String, String)> = vec![("tracestate".into(), "old=1".into())];
        let _guard = Context::new()
            .with_remote_span_context(producer(&[(key, value)]))
            .attach();
        inject(&mut headers);
        assert_eq!(
            headers,
            [("traceparent".into(), TRACEPARENT.into())],
            "{key}={value}"
        );
        assert_eq!(
            serde_json::to_value(Origin::current()).expect("serializes"),
            serde_json::json!({"traceparent": TRACEPARENT}),
        );
    }
}

/// Flags without a meaning must be zero.
#[test]
fn inject_writes_only_known_flags() {
    for flags in 0..=u8::MAX {
        let known = SpanContext::new(
            producer(&[]).trace_id(),
            producer(&[]).span_id(),
            TraceFlags::new(flags),
            false,
            TraceState::NONE,
        );
        let _guard = Context::new().with_remote_span_context(known).attach();
        let mut headers: Vec<(String, String)> = Vec::new();
        inject(&mut headers);
        let expected = format!("{}{:02x}", &TRACEPARENT[..53], flags & 3);
        assert_eq!(headers, [("traceparent".to_owned(), expected)]);
    }
}

#[test]
fn inject_into_http_skips_invalid_values() {
    let mut headers = headers();
    headers.set("baggage", "a line's\nend".into());
    assert!(
        !headers.contains_key("baggage"),
        "nor does the old one stay"
    );
    headers.set("not a name", "x".into());
    assert_eq!(headers.len(), 3);

    let mut full = HeaderMap::new();
    let names = (0..).map(|number| format!("x{number}").parse::<http::HeaderName>());
    for name in names {
        if full
            .try_insert(name.expect("a name"), HeaderValue::from_static(""))
            .is_err()
        {
            break;
        }
    }
    let count = full.len();
    let _guard = Context::new()
        .with_remote_span_context(producer(&[]))
        .attach();
    inject(&mut full);
    assert_eq!(full.len(), count);
}

/// A producer's three messages: one trace, three spans, and the state of the earlier hop.
#[test]
fn test_multiple_requests_with_valid_traceparent() {
    use opentelemetry::trace::{Tracer, TracerProvider};

    let provider = opentelemetry_sdk::trace::SdkTracerProvider::builder().build();
    let tracer = provider.tracer("producer");
    let parent = extract(&[("traceparent", TRACEPARENT), ("tracestate", "a=1")]);
    let parent = Context::new().with_remote_span_context(parent.span_context().clone());
    let sent = [(); 3].map(|()| {
        let span = tracer.start_with_context("send", &parent);
        let _guard = parent.with_span(span).attach();
        let mut message: HashMap<String, String> = HashMap::new();
        inject(&mut message);
        extract(&message).span_context().clone()
    });
    for (index, context) in sent.iter().enumerate() {
        assert_eq!(context.trace_id(), producer(&[]).trace_id());
        assert_eq!(context.trace_state().header(), "a=1");
        assert!(
            sent[..index]
                .iter()
                .all(|other| other.span_id() != context.span_id())
        );
        assert_ne!(context.span_id(), producer(&[]).span_id());
    }
}
