//! Malformed JSON: it never costs the event, and never leads to a wrong link.

use linked_span::{LinkedEvent, Origin, extract, inject};
use opentelemetry::Context;
use opentelemetry::trace::TraceContextExt;
use serde_json::{Value, json};

use crate::sample::{TRACEPARENT, assert_nothing, producer};

#[derive(serde::Deserialize)]
struct Event {
    id: u8,
    metadata: Origin,
    amount: u8,
}

/// Returns the origins that each reader finds in an event with this `metadata`.
#[track_caller]
fn origins(metadata: &str) -> Vec<(&'static str, Origin)> {
    let text = format!(r#"{{"id": 7, "metadata": {metadata}, "amount": 9}}"#);
    let value: Value = serde_json::from_str(&text).expect("valid JSON");
    let read = |event: serde_json::Result<Event>| {
        let event = event.expect("the event is not lost");
        assert_eq!((event.id, event.amount), (7, 9));
        event.metadata
    };
    vec![
        ("a value as an event", value.origin()),
        ("a value as a carrier", extract(&value["metadata"])),
        ("a struct from text", read(serde_json::from_str(&text))),
        (
            "a struct from bytes",
            read(serde_json::from_slice(text.as_bytes())),
        ),
        (
            "a struct from a reader",
            read(serde_json::from_reader(text.as_bytes())),
        ),
        ("a struct from a value", read(serde_json::from_value(value))),
    ]
}

#[test]
fn json_without_a_context_is_an_empty_origin() {
    let noise: String = ('\u{0}'..).take(1400).collect();
    assert!(noise.len() > 2500);
    let noise = json!({"traceparent": noise, "tracestate": noise}).to_string();
    let long = json!({"traceparent": "x".repeat(4096)}).to_string();
    let cut = format!(r#"{{"traceparent": "{}"}}"#, &TRACEPARENT[1..]);
    let too_long = format!(r#"{{"traceparent": "{TRACEPARENT}0"}}"#);
    let within = format!(r#"{{"traceparent": ["{TRACEPARENT}"]}}"#);
    let below = format!(r#"{{"metadata": {{"traceparent": "{TRACEPARENT}"}}}}"#);
    let in_list = format!(r#"[{{"traceparent": "{TRACEPARENT}"}}]"#);
    let other = TRACEPARENT.replace("fed", "aaa");
    let two_cases = format!(r#"{{"traceparent": "{TRACEPARENT}", "Traceparent": "{other}"}}"#);
    #[rustfmt::skip]
    let table = [
        ("null", "null"),
        ("a bool", "true"),
        ("a number", "1"),
        ("a negative number", "-1"),
        ("a number with a fraction", "1.5"),
        ("a huge number", "1e300"),
        ("an empty text", r#""""#),
        ("a text", r#""text""#),
        ("a traceparent", r#""00-1f2e3d4c5b6a79880123456789abcdef-fedcba9876543210-01""#),
        ("an empty list", "[]"),
        ("a list", "[1, null, \"x\", {}, [], true, 1.5]"),
        ("a list of one", &in_list),
        ("an empty object", "{}"),
        ("an object of others", r#"{"a": 1, "b": {"c": [2]}, "": null}"#),
        ("a traceparent that is null", r#"{"traceparent": null}"#),
        ("a traceparent that is a number", r#"{"traceparent": 1}"#),
        ("a traceparent that is a negative number", r#"{"traceparent": -1}"#),
        ("a traceparent that has a fraction", r#"{"traceparent": 0.5}"#),
        ("a traceparent that is true", r#"{"traceparent": true}"#),
        ("a traceparent that is an object", r#"{"traceparent": {"traceparent": ""}}"#),
        ("a traceparent that is a list", r#"{"traceparent": [[], {}]}"#),
        ("a traceparent within a list", &within),
        ("a traceparent that is empty", r#"{"traceparent": ""}"#),
        ("a traceparent that is cut", &cut),
        ("a traceparent that is too long", &too_long),
        ("a traceparent that is far too long", &long),
        ("noise", &noise),
        ("zeros", r#"{"traceparent": "00-00000000000000000000000000000000-0000000000000000-00"}"#),
        ("an object too deep", &below),
        ("two in two cases", &two_cases),
        ("a state alone", r#"{"tracestate": "a=1"}"#),
        ("everything null", r#"{"traceparent": null, "tracestate": null, "baggage": null}"#),
        ("everything a number", r#"{"traceparent": 1, "tracestate": 2, "baggage": 3}"#),
        ("everything an object", r#"{"traceparent": {}, "tracestate": {}, "baggage": {}}"#),
        ("everything a list", r#"{"traceparent": [], "tracestate": [], "baggage": []}"#),
    ];
    for (name, metadata) in table {
        for (way, origin) in origins(metadata) {
            assert_nothing(&origin, &format!("{name}, {way}"));
        }
    }
}

#[test]
fn context_beside_unexpected_json_is_read() {
    let escaped = TRACEPARENT.replace('-', r"\u002d");
    #[rustfmt::skip]
    let table = [
        ("alone", format!(r#"{{"traceparent": "{TRACEPARENT}"}}"#), &[][..]),
        ("with a state", format!(r#"{{"tracestate": "a=1,b=2", "traceparent": "{TRACEPARENT}"}}"#), &[("a", "1"), ("b", "2")]),
        ("in another case", format!(r#"{{"TraceParent": "{TRACEPARENT}", "TRACESTATE": "a=1"}}"#), &[("a", "1")]),
        ("escaped", format!(r#"{{"trace\u0070arent": "{escaped}"}}"#), &[]),
        ("with others", format!(r#"{{"a": [1, {{}}], "traceparent": "{TRACEPARENT}", "b": null, "1": 1.5}}"#), &[]),
        ("a state of null", format!(r#"{{"traceparent": "{TRACEPARENT}", "tracestate": null}}"#), &[]),
        ("a state of 7", format!(r#"{{"traceparent": "{TRACEPARENT}", "tracestate": 7}}"#), &[]),
        ("a state that is a list", format!(r#"{{"traceparent": "{TRACEPARENT}", "tracestate": ["a=1"]}}"#), &[]),
        ("a broken state", format!(r#"{{"traceparent": "{TRACEPARENT}", "tracestate": "a=1,b"}}"#), &[]),
        ("a state with a repeated key", format!(r#"{{"traceparent": "{TRACEPARENT}", "tracestate": "a=1,a=2"}}"#), &[("a", "1")]),
        ("one in two cases", format!(r#"{{"traceparent": "{TRACEPARENT}", "Traceparent": "{TRACEPARENT}"}}"#), &[]),
        ("an empty state", format!(r#"{{"traceparent": "{TRACEPARENT}", "tracestate": ""}}"#), &[]),
        ("baggage of true", format!(r#"{{"traceparent": "{TRACEPARENT}", "baggage": true}}"#), &[]),
        ("broken baggage", format!(r#"{{"traceparent": "{TRACEPARENT}", "baggage": "?"}}"#), &[]),
    ];
    for (name, metadata, state) in table {
        for (way, origin) in origins(&metadata) {
            assert_eq!(origin, producer(state).into(), "{name}, {way}");
        }
    }
}

#[test]
fn missing_json_field_is_an_empty_origin() {
    let event: Event = serde_json::from_str(r#"{"id": 1, "amount": 2}"#).expect("not lost");
    assert_nothing(&event.metadata, "a struct");
    for value in [
        json!({"id": 1}),
        json!({}),
        json!([]),
        json!(null),
        json!("text"),
        json!(7),
    ] {
        assert_nothing(&value.origin(), &value.to_string());
    }
    let list = json!([{"metadata": {"traceparent": TRACEPARENT}}]);
    assert_nothing(&list.origin(), "a list is one event");
}

/// A `Value` keeps only the last of two entries with one name, so it shows no duplicate.
#[test]
fn contradicting_json_fields_are_an_empty_origin() {
    let other = TRACEPARENT.replace("fed", "aaa");
    let read = |one: &str, two: &str| {
        let text = format!(
            r#"{{"id": 1, "amount": 2, "metadata": {{"traceparent": "{one}", "traceparent": "{two}"}}}}"#,
        );
        let event: Event = serde_json::from_str(&text).expect("not lost");
        event.metadata
    };
    for (one, two) in [(TRACEPARENT, &*other), ("", TRACEPARENT)] {
        assert_nothing(&read(one, two), &format!("{one} and {two}"));
    }
    assert_eq!(read(TRACEPARENT, TRACEPARENT), producer(&[]).into());
    let states = [r#""tracestate": "a=1""#; 600].join(", ");
    let traceparent = format!(r#""traceparent": "{TRACEPARENT}""#);
    for (one, two) in [(&states, &traceparent), (&traceparent, &states)] {
        let text = format!(r#"{{"id": 1, "amount": 2, "metadata": {{{one}, {two}}}}}"#);
        let event: Event = serde_json::from_str(&text).expect("not lost");
        assert_nothing(&event.metadata, "600 states");
    }
}

#[test]
fn malformed_json_is_an_error_of_the_format() {
    for text in [
        "",
        "{",
        r#"{"id": 1, "metadata": }"#,
        r#"{"id": 1, "metadata": {"traceparent": "#,
    ] {
        assert!(serde_json::from_str::<Event>(text).is_err(), "{text}");
    }
}

#[test]
fn json_context_replaces_an_old_one() {
    let _guard = Context::new()
        .with_remote_span_context(producer(&[("a", "1")]))
        .attach();
    let mut map = json!({"TraceParent": "old", "tracestate": 7, "other": [1]});
    inject(map.as_object_mut().expect("an object"));
    let expected = json!({"traceparent": TRACEPARENT, "tracestate": "a=1", "other": [1]});
    assert_eq!(map, expected);
    assert_eq!(
        serde_json::to_value(Origin::current()).expect("serializes"),
        json!({
            "traceparent": TRACEPARENT,
            "tracestate": "a=1",
        })
    );
    assert_eq!(
        serde_json::to_string(&Origin::default()).expect("serializes"),
        "{}"
    );
}
