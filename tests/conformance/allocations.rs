//! Allocations of readers: a context costs what is kept of it, and malformed input costs little at any size.
//!
//! This is a separate program, because its allocator counts.

use allocation_counter::{AllocationInfo, measure};
use http::HeaderMap;
use linked_span::{Carrier, Origin, extract};
use serde_json::json;

const TRACEPARENT: &str = "00-1f2e3d4c5b6a79880123456789abcdef-fedcba9876543210-01";

/// Returns the allocations of one extraction, once the thread has cached the propagator.
fn of(carrier: &(impl Carrier + ?Sized)) -> AllocationInfo {
    extract(carrier);
    measure(|| drop(extract(carrier)))
}

fn assert_bounded(name: &str, read: &dyn Fn(usize) -> AllocationInfo, most: u64) {
    let (small, large) = (read(4 * 1024), read(64 * 1024));
    assert_eq!(
        small.bytes_total, large.bytes_total,
        "{name}: 16 times the junk, the same memory"
    );
    assert_eq!(small.count_total, large.count_total, "{name}");
    assert!(large.bytes_total <= most, "{name}: {large:?}");
    assert_eq!(large.count_current, 0, "{name}: nothing stays");
}

/// Returns text of this length.
type Junk = fn(usize) -> String;

/// A list of about this many bytes.
fn members(length: usize, member: impl Fn(usize) -> String) -> String {
    let members: Vec<String> = (0..length / 8).map(member).collect();
    members.concat()
}

#[test]
fn context_is_read_without_allocation() {
    assert_eq!(of(&[("traceparent", TRACEPARENT)]).count_total, 0);
    assert_eq!(
        of(&[("content-type", "x"), ("Traceparent", TRACEPARENT)]).count_total,
        0
    );
    assert_eq!(of(&[("traceparent", "junk")]).count_total, 0);
    assert_eq!(of(&Vec::<(String, String)>::new()).count_total, 0);
    let mut headers = HeaderMap::new();
    headers.insert("traceparent", TRACEPARENT.parse().expect("a value"));
    assert_eq!(of(&headers).count_total, 0);
    assert_eq!(of(&json!({ "traceparent": TRACEPARENT })).count_total, 0);
}

#[test]
fn state_is_read_with_the_allocations_of_the_state() {
    let read = of(&[("traceparent", TRACEPARENT), ("tracestate", "foo=1,bar=2")]);
    assert!(
        read.count_total <= 6,
        "two keys, two values, and what holds them: {read:?}"
    );
    assert!(read.bytes_total <= 512, "{read:?}");
}

#[test]
fn malformed_field_allocates_little() {
    let texts: [(&str, Junk); 10] = [
        ("letters", |length| "a".repeat(length)),
        ("commas", |length| ",".repeat(length)),
        ("equals signs", |length| "=".repeat(length)),
        ("dashes", |length| "-".repeat(length)),
        ("none of ASCII's", |length| "\u{1f4a3}".repeat(length / 4)),
        ("a long key", |length| "a".repeat(3 * length) + "=1"),
        ("a long value", |length| {
            "a=".to_owned() + &"v".repeat(3 * length)
        }),
        ("a long encoded value", |length| {
            "a=".to_owned() + &"%f0%9f%92%a3".repeat(length)
        }),
        ("too many members", |length| {
            members(length, |n| format!("k/{n}=1,"))
        }),
        ("the same member", |length| "k@=1,".repeat(length / 4)),
    ];
    let fields: [&[&str]; 4] = [
        &["traceparent"],
        &["tracestate"],
        &["baggage"],
        &["traceparent", "tracestate", "baggage", "else"],
    ];
    for (name, text) in texts {
        for fields in fields {
            let junk = |length| -> Vec<(&str, String)> {
                fields.iter().map(|field| (*field, text(length))).collect()
            };
            let beside = |length| -> Vec<(&str, String)> {
                [("Traceparent", TRACEPARENT.to_owned())]
                    .into_iter()
                    .chain(junk(length))
                    .collect()
            };
            assert_bounded(name, &|length| of(&junk(length)), 0);
            assert_bounded(name, &|length| of(&beside(length)), 0);
        }
    }
}

#[test]
fn oversized_field_allocates_little() {
    let good = |length: usize| -> Vec<(&str, String)> {
        let members = members(length, |n| format!("k{n}=1,"));
        vec![
            ("traceparent", TRACEPARENT.to_owned()),
            ("tracestate", members),
        ]
    };
    assert_bounded("a state", &|length| of(&good(length)), 0);

    let entries = |length: usize| members(length, |n| format!("key{n:05}=%31,"));
    assert_bounded(
        "baggage",
        &|length| of(&[("baggage", entries(length))]),
        24 * 1024,
    );
    let length = |length: usize| format!("key={0},more={0}", "%31".repeat(length.min(4000)));
    assert_bounded(
        "long baggage",
        &|bytes| of(&[("baggage", length(bytes))]),
        24 * 1024,
    );
}

#[test]
fn too_many_fields_allocate_little() {
    for (name, value) in [
        ("traceparent", TRACEPARENT),
        ("traceparent", "junk"),
        ("tracestate", ""),
        ("tracestate", "junk"),
        ("tracestate", "a=1"),
        ("baggage", "junk"),
        ("something else", "junk"),
    ] {
        let fields = |count: usize| -> Vec<(&str, &str)> { vec![(name, value); count / 8] };
        assert_bounded(name, &|length| of(&fields(length)), 4 * 1024);
        let fields = |count: usize| -> Vec<(&str, &str)> {
            [("traceparent", TRACEPARENT)]
                .into_iter()
                .chain(fields(count))
                .collect()
        };
        assert_bounded(name, &|length| of(&fields(length)), 4 * 1024);
    }
}

/// The text has no escapes, because the JSON parser allocates for them.
#[test]
fn malformed_json_allocates_little() {
    for field in ["traceparent", "tracestate", "baggage", "else"] {
        let object = |length: usize| json!({ field: "x".repeat(length) });
        assert_bounded(field, &|length| of(&object(length)), 0);
        let list = |length: usize| json!({ field: vec![0; length] });
        assert_bounded(field, &|length| of(&list(length)), 0);

        let read = |text: &str| {
            let read = || serde_json::from_str::<Origin>(text).expect("the event is not lost");
            measure(|| drop(read()))
        };
        let most = 512;
        assert_bounded(field, &|length| read(&object(length).to_string()), most);
        assert_bounded(field, &|length| read(&list(length).to_string()), most);
        let repeated = |count: usize| {
            format!(
                "{{{}}}",
                vec![format!(r#""{field}": "a=1""#); count / 8].join(", ")
            )
        };
        assert_bounded(field, &|length| read(&repeated(length)), 16 * 1024);
        let below = |count: usize| {
            format!(
                "{{{}}}",
                vec![format!(r#""{field}": {{"a": [1]}}"#); count / 8].join(", ")
            )
        };
        assert_bounded(field, &|length| read(&below(length)), 16 * 1024);
    }
}
