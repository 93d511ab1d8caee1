//! An `Origin` in serialized events: in JSON, in CBOR, which is self-describing and binary, and in postcard, which is
//! only binary.

use std::fmt::Debug;
use std::time::Duration;

use linked_span::fan_in::Arrival;
use linked_span::{LinkedEvent, Origin, WithOrigin, fan_in};
use opentelemetry::Context;
use opentelemetry::baggage::{BaggageExt, BaggageMetadata, KeyValueMetadata};
use opentelemetry::trace::TraceContextExt;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::sample::{TRACEPARENT, producer};

/// The fields around the origin show whether the reader takes too much or too little.
#[derive(Clone, Debug, LinkedEvent, PartialEq, Serialize, Deserialize)]
struct Event {
    #[event(key)]
    id: u8,
    metadata: Origin,
    causes: Vec<Origin>,
    previous: Option<Origin>,
    text: String,
}

fn json<T: Serialize + DeserializeOwned>(value: &T) -> T {
    let text = serde_json::to_string(value).expect("serializes");
    serde_json::from_str(&text).expect("deserializes")
}

fn cbor<T: Serialize + DeserializeOwned>(value: &T) -> T {
    let mut bytes = Vec::new();
    ciborium::into_writer(value, &mut bytes).expect("serializes");
    ciborium::from_reader(&bytes[..]).expect("deserializes")
}

fn postcard<T: Serialize + DeserializeOwned>(value: &T) -> T {
    let bytes = postcard::to_stdvec(value).expect("serializes");
    let (value, rest) = postcard::take_from_bytes(&bytes).expect("deserializes");
    assert!(rest.is_empty(), "all of it was read");
    value
}

#[track_caller]
fn assert_same<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: &T) {
    assert_eq!(json(value), *value);
    assert_eq!(cbor(value), *value);
    assert_eq!(postcard(value), *value);
}

#[test]
fn payload_with_an_origin_survives_each_format() {
    for origin in origins() {
        assert_same(&WithOrigin::new("cat.png".to_owned(), origin));
    }
}

fn origins() -> [Origin; 6] {
    let properties = BaggageMetadata::from("p=q;r");
    let entries = || {
        [
            KeyValueMetadata::new("user", "\u{e9}, = ; 100%", properties.clone()),
            KeyValueMetadata::new("empty", "", ""),
        ]
    };
    let longest: Vec<(String, String)> = (0..32)
        .map(|number| {
            (
                format!("{number:a>241}@vvvvvvvvvvvvv"),
                format!("{number:b>256}"),
            )
        })
        .collect();
    let longest: Vec<(&str, &str)> = longest.iter().map(|(k, v)| (&**k, &**v)).collect();
    [
        Origin::default(),
        producer(&[]).into(),
        producer(&[("vendor", "a value"), ("t@w", "2")]).into(),
        producer(&longest).into(),
        Context::new().with_baggage(entries()).into(),
        Context::new()
            .with_remote_span_context(producer(&[("vendor", "1")]))
            .with_baggage(entries())
            .into(),
    ]
}

#[test]
fn serialized_origin_is_read_back() {
    for origin in origins() {
        assert_same(&origin);
        assert_same(&Event {
            id: 7,
            metadata: origin.clone(),
            causes: vec![origin.clone(), Origin::default(), origin.clone()],
            previous: Some(origin).filter(|origin| *origin != Origin::default()),
            text: "after".into(),
        });
    }
    assert_same(&origins().to_vec());
}

#[fan_in(a, b, c, d, e, f, g, h, i, j, packed_box, last)]
#[expect(
    clippy::many_single_char_names,
    clippy::too_many_arguments,
    reason = "twelve are the most"
)]
fn gather(
    a: &Event,
    b: &Event,
    c: &Event,
    d: &Event,
    e: &Event,
    f: &Event,
    g: &Event,
    h: &Event,
    i: &Event,
    j: &Event,
    packed_box: &Event,
    last: &Event,
) {
}

/// A durable store keeps this.
#[test]
fn input_of_a_fan_in_is_serialized_under_its_name() {
    let [origin, ..] = origins();
    let event = Event {
        id: 1,
        metadata: origin,
        causes: Vec::new(),
        previous: None,
        text: "after".to_owned(),
    };
    assert_same(&GatherInput::A(event.clone()));
    assert_same(&GatherInput::Last(event.clone()));
    let gather = Gather::in_memory(Duration::from_secs(1));
    assert!(matches!(
        gather.a(event.clone()),
        Ok(Arrival::Waiting { .. })
    ));
    let packed_box = GatherInput::PackedBox(event.clone());
    assert_same(&packed_box);
    assert_eq!(
        serde_json::to_value(&packed_box).unwrap(),
        serde_json::json!({"packed_box": event})
    );
    assert_eq!(postcard::to_stdvec(&packed_box).unwrap()[0], 10);
    let unknown = serde_json::from_str::<GatherInput>(r#"{"m": 7}"#).unwrap_err();
    assert!(
        unknown
            .to_string()
            .starts_with("unknown variant `m`, expected one of `a`, `b`"),
        "{unknown}"
    );
    postcard::from_bytes::<GatherInput>(&[12]).unwrap_err();
}

/// A `Baggage` at its limits. Each of its letters takes three times its bytes when written.
#[test]
fn longest_baggage_is_read_back() {
    let entries = (0..64).map(|number| {
        KeyValueMetadata::new(format!("key{number:02}"), "\u{1f4a3}".repeat(30), "p")
    });
    let context = Context::new().with_baggage(entries.collect::<Vec<_>>());
    assert_eq!(context.baggage().len(), 64);
    assert_same(&Origin::from(context));

    let one = KeyValueMetadata::new("key", "\u{1f4a3}".repeat(2047), "");
    let context = Context::new().with_baggage([one]);
    assert_eq!(context.baggage().len(), 1);
    assert_same(&Origin::from(context));
}

/// CBOR describes itself, but not to serde. A field may be null or missing, and the map may contain anything.
///
/// Text in place of the map is an error of the format.
#[test]
fn malformed_cbor_is_an_empty_origin() {
    #[derive(Debug, Serialize)]
    struct Sent<T> {
        id: u8,
        metadata: T,
        text: &'static str,
    }
    #[derive(Debug, Deserialize)]
    struct Received {
        id: u8,
        metadata: Origin,
        text: String,
    }
    #[track_caller]
    fn received(sent: impl Serialize) -> Origin {
        let mut bytes = Vec::new();
        ciborium::into_writer(&sent, &mut bytes).expect("serializes");
        let event: Received = ciborium::from_reader(&bytes[..]).expect("the event is not lost");
        assert_eq!((event.id, &*event.text), (7, "after"));
        event.metadata
    }
    let with = |metadata: serde_json::Value| {
        received(Sent {
            id: 7,
            metadata,
            text: "after",
        })
    };
    let nothing = Origin::default();
    assert_eq!(
        received(serde_json::json!({"id": 7, "text": "after"})),
        nothing
    );
    assert_eq!(with(serde_json::json!(null)), nothing);
    assert_eq!(with(serde_json::json!({})), nothing);
    assert_eq!(with(serde_json::json!({"traceparent": null})), nothing);
    assert_eq!(
        with(serde_json::json!({"traceparent": 1, "tracestate": [], "a": {}})),
        nothing
    );
    let by_name = serde_json::json!({"a": 1, "Traceparent": TRACEPARENT, "tracestate": null});
    assert_eq!(with(by_name), producer(&[]).into());
}

/// Postcard has no names and no types, so truncated data looks like what follows it.
#[test]
fn truncated_postcard_is_an_error_of_the_format() {
    for origin in origins() {
        let bytes = postcard::to_stdvec(&origin).expect("serializes");
        for length in 0..bytes.len() {
            assert!(
                postcard::from_bytes::<Origin>(&bytes[..length]).is_err(),
                "{length}"
            );
        }
    }
    let broken = (Some(("not a context", "", "")), 7_u8);
    let bytes = postcard::to_stdvec(&broken).expect("serializes");
    let read: (Origin, u8) = postcard::from_bytes(&bytes).expect("the event is not lost");
    assert_eq!(read, (Origin::default(), 7));
}

/// serde cannot flatten the top fields of a `CloudEvent` into an origin, but into a map.
#[test]
fn traceparent_at_the_top_of_an_event_is_flattened_into_a_map() {
    #[derive(serde::Deserialize, linked_span::LinkedEvent)]
    struct CloudEvent {
        id: String,
        #[serde(flatten)]
        #[event(metadata)]
        extensions: serde_json::Map<String, serde_json::Value>,
    }

    let traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    let event = serde_json::json!({"id": "c-1", "traceparent": traceparent, "sequence": 3});
    let event: CloudEvent = serde_json::from_value(event).expect("an event");
    let origin = linked_span::LinkedEvent::origin(&event);
    assert_eq!(
        origin.span_context().span_id().to_string(),
        "00f067aa0ba902b7"
    );
    assert_eq!(event.id, "c-1");
}
