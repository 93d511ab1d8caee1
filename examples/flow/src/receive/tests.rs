//! Accepted and refused requests.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use flow_drawing::{Kind, Outcome, Span, Status};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1 as common;
use opentelemetry_proto::tonic::common::v1::any_value::Value as Any;
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1 as otlp;
use prost::Message;

use super::*;

const TRACE: &str = "5b8efff798038103d269b633813fc60c";
const SPAN: &str = "eee19b7ec3c1b174";

fn json(text: &str) -> Batch {
    read(text.as_bytes(), Format::Json).unwrap()
}

/// One span with these fields beside its ids.
fn span_with(fields: &str) -> Span {
    let span = format!(r#"{{"traceId": "{TRACE}", "spanId": "{SPAN}", {fields}}}"#);
    let text = format!(r#"{{"resourceSpans": [{{"scopeSpans": [{{"spans": [{span}]}}]}}]}}"#);
    let mut batch = json(&text);
    assert_eq!(batch.invalid, 0);
    batch.spans.remove(0)
}

/// What the batch has, for a span with this trace id as JSON.
fn trace_id(id: &str) -> Result<String, usize> {
    let text = format!(
        r#"{{"resourceSpans": [{{"scopeSpans": [{{"spans": [{{"traceId": {id}, "spanId": "{SPAN}"}}]}}]}}]}}"#,
    );
    let batch = json(&text);
    batch
        .spans
        .first()
        .map(|span| span.trace.to_string())
        .ok_or(batch.invalid)
}

fn value(json: &str) -> String {
    let mut span = span_with(&format!(
        r#""attributes": [{{"key": "k", "value": {json}}}]"#
    ));
    span.attributes.remove(0).value
}

#[test]
fn json_as_the_collector_writes_it_is_read() {
    let batch = json(
        r#"{"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"shop"}}]},
        "scopeSpans":[{"scope":{"name":"lib"},"spans":[{"traceId":"5b8efff798038103d269b633813fc60c",
        "spanId":"eee19b7ec3c1b174","parentSpanId":"eee19b7ec3c1b173","name":"handle","kind":5,
        "startTimeUnixNano":"1544712660000000000","endTimeUnixNano":"1544712661000000000",
        "attributes":[{"key":"n","value":{"intValue":"7"}}],
        "events":[{"timeUnixNano":"1544712660500000000","name":"exception","attributes":[]}],
        "links":[{"traceId":"5b8efff798038103d269b633813fc60d","spanId":"eee19b7ec3c1b175",
        "attributes":[{"key":"link.relationship","value":{"stringValue":"because"}}]}],
        "status":{"code":2,"message":"no"}}]}],"schemaUrl":"x"}]}"#,
    );
    let span = &batch.spans[0];
    assert_eq!(
        (&*span.service, &*span.name, span.kind),
        ("shop", "handle", Kind::Consumer)
    );
    assert_eq!(span.parent.unwrap().to_string(), "eee19b7ec3c1b173");
    assert_eq!(
        (span.start, span.end),
        (1_544_712_660_000_000_000, 1_544_712_661_000_000_000)
    );
    assert_eq!(span.status, Status::Error("no".to_owned()));
    assert_eq!(span.events[0].name, "exception");
    let (trace, id) = span.links[0].to.unwrap();
    assert_eq!(trace.to_string(), "5b8efff798038103d269b633813fc60d");
    assert_eq!(id.to_string(), "eee19b7ec3c1b175");
    assert_eq!(span.links[0].relationship(), "because");
}

// opentelemetry-rust#1905: a JavaScript exporter writes integers as numbers.
#[test]
fn json_integers_are_numbers_or_strings() {
    assert_eq!(value(r#"{"intValue": 5893}"#), "5893");
    assert_eq!(value(r#"{"intValue": "-5893"}"#), "-5893");
    for time in [
        "1544712660000000000",
        "\"1544712660000000000\"",
        "1.54471266e18",
    ] {
        let span = span_with(&format!(r#""startTimeUnixNano": {time}"#));
        assert_eq!(span.start, 1_544_712_660_000_000_000, "{time}");
    }
    for wrong in ["-1", "\"\"", "\"x\"", "null"] {
        assert_eq!(
            span_with(&format!(r#""startTimeUnixNano": {wrong}"#)).start,
            0,
            "{wrong}"
        );
    }
}

// opentelemetry-rust#3598: the empty value is written as `{}`.
#[test]
fn json_value_that_is_empty_or_unknown_is_read_as_nothing() {
    for empty in ["{}", "null", r#"{"newValue": [1, {"a": 2}]}"#] {
        assert_eq!(value(empty), "", "{empty}");
    }
}

#[test]
fn json_values_of_each_kind_are_read() {
    assert_eq!(value(r#"{"boolValue": true}"#), "true");
    assert_eq!(value(r#"{"doubleValue": 1.5}"#), "1.5");
    assert_eq!(value(r#"{"doubleValue": "NaN"}"#), "NaN");
    assert_eq!(value(r#"{"bytesValue": "AQI="}"#), "AQI=");
    assert_eq!(
        value(r#"{"arrayValue": {"values": [{"intValue": 1}, {}]}}"#),
        "[1, ]"
    );
    assert_eq!(value(r#"{"arrayValue": {}}"#), "[]");
    let map = r#"{"kvlistValue": {"values": [{"key": "a", "value": {"intValue": "1"}}]}}"#;
    assert_eq!(value(map), "{a: 1}");
}

#[test]
fn json_names_of_enumerations_are_read() {
    let span =
        span_with(r#""kind": "SPAN_KIND_PRODUCER", "status": {"code": "STATUS_CODE_ERROR"}"#);
    assert_eq!(
        (span.kind, span.outcome()),
        (Kind::Producer, Outcome::Failed)
    );
}

#[test]
fn json_fields_may_be_missing_null_or_unknown() {
    let span = span_with(
        r#""name": null, "attributes": null, "links": null, "events": null, "status": null, "flags": 257, "new": {"a": []}"#,
    );
    assert_eq!((&*span.name, &*span.service), ("", "unknown_service"));
    assert!(json("{}").spans.is_empty());
    assert!(json(r#"{"resourceSpans": null}"#).spans.is_empty());
    assert!(
        json(r#"{"resourceSpans": [{}, {"scopeSpans": [{}]}]}"#)
            .spans
            .is_empty()
    );
}

// Snake case: opentelemetry-collector#8720.
#[test]
fn json_names_in_snake_case_are_read() {
    let batch = json(&format!(
        r#"{{"resource_spans": [{{"scope_spans": [{{"spans": [{{"trace_id": "{TRACE}", "span_id": "{SPAN}",
        "start_time_unix_nano": 5, "attributes": [{{"key": "k", "value": {{"string_value": "v"}}}}]}}]}}]}}]}}"#,
    ));
    assert_eq!(batch.spans[0].start, 5);
    assert_eq!(batch.spans[0].attributes[0].value, "v");
}

#[test]
fn json_resource_after_its_spans_names_them() {
    let batch = json(&format!(
        r#"{{"resourceSpans": [{{"scopeSpans": [{{"spans": [{{"traceId": "{TRACE}", "spanId": "{SPAN}"}}]}}],
        "resource": {{"attributes": [{{"key": "service.name", "value": {{"stringValue": "late"}}}}]}}}}]}}"#,
    ));
    assert_eq!(&*batch.spans[0].service, "late");
}

// Base64: opentelemetry-js#1568. Base64 of hexadecimal digits: opentelemetry-swift#537. Bytes: opentelemetry-rust#2065.
#[test]
fn json_ids_are_read_in_each_form() {
    let bytes = "[91,142,255,247,152,3,129,3,210,105,182,51,129,63,198,12]";
    for id in [
        &format!("\"{TRACE}\""),
        "\"5B8EFFF798038103D269B633813FC60C\"",
        "\"W47/95gDgQPSabYzgT/GDA==\"",
        "\"W47/95gDgQPSabYzgT/GDA\"",
        "\"NWI4ZWZmZjc5ODAzODEwM2QyNjliNjMzODEzZmM2MGM=\"",
        bytes,
    ] {
        assert_eq!(trace_id(id).as_deref(), Ok(TRACE), "{id}");
    }
}

#[test]
fn json_ids_that_are_not_valid_are_counted() {
    for id in [
        "\"\"",
        "null",
        "[]",
        "[1,2,3]",
        "[0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0]",
        "[91,142,255,247,152,3,129,3,210,105,182,51,129,63,198,12,1]",
        "\"00000000000000000000000000000000\"",
        "\"5b8efff798038103d269b633813fc60\"",
        "\"not an id\"",
    ] {
        assert_eq!(trace_id(id), Err(1), "{id}");
    }
}

#[test]
fn json_span_with_a_broken_parent_is_counted_and_one_without_a_parent_is_a_root() {
    let text = |parent: &str| {
        let span =
            format!(r#"{{"traceId": "{TRACE}", "spanId": "{SPAN}", "parentSpanId": {parent}}}"#);
        format!(r#"{{"resourceSpans": [{{"scopeSpans": [{{"spans": [{span}]}}]}}]}}"#)
    };
    assert_eq!(json(&text("\"junk\"")).invalid, 1);
    for none in ["\"\"", "\"0000000000000000\"", "null", "[]"] {
        assert_eq!(json(&text(none)).spans[0].parent, None, "{none}");
    }
}

#[test]
fn json_link_without_a_valid_context_is_kept_if_it_says_anything() {
    let span = span_with(
        r#""links": [{}, {"traceId": "junk", "attributes": [{"key": "a", "value": {"stringValue": "b"}}]}]"#,
    );
    assert_eq!(span.links.len(), 1);
    assert_eq!(span.links[0].to, None);
}

#[test]
fn json_that_is_broken_too_deep_or_not_utf8_is_malformed() {
    let deep = format!(
        "{{\"resourceSpans\": {}{}}}",
        "[".repeat(200),
        "]".repeat(200)
    );
    let value = format!(
        "{}{}",
        r#"{"arrayValue":{"values":["#.repeat(90),
        "]}}".repeat(90)
    );
    let attribute = format!(
        r#"{{"resourceSpans":[{{"scopeSpans":[{{"spans":[{{"attributes":[{{"key":"a","value":{value}}}]}}]}}]}}]}}"#
    );
    for text in [
        &b"{"[..],
        b"[1]",
        b"\"\xff\"",
        deep.as_bytes(),
        attribute.as_bytes(),
    ] {
        let read = read(text, Format::Json);
        assert!(
            matches!(read, Err(Refusal::Malformed(_))),
            "{}",
            String::from_utf8_lossy(text)
        );
    }
}

fn text(value: &str) -> common::AnyValue {
    any(Any::StringValue(value.to_owned()))
}

fn any(value: Any) -> common::AnyValue {
    common::AnyValue { value: Some(value) }
}

fn pair(key: &str, value: common::AnyValue) -> common::KeyValue {
    common::KeyValue {
        key: key.to_owned(),
        value: Some(value),
        ..Default::default()
    }
}

fn request(spans: Vec<otlp::Span>) -> Vec<u8> {
    let scope_spans = otlp::ScopeSpans {
        spans,
        ..Default::default()
    };
    let resource = Resource {
        attributes: vec![pair("service.name", text("shop"))],
        ..Default::default()
    };
    let resource_spans = otlp::ResourceSpans {
        resource: Some(resource),
        scope_spans: vec![scope_spans],
        ..Default::default()
    };
    let resource_spans = vec![resource_spans];
    ExportTraceServiceRequest { resource_spans }.encode_to_vec()
}

fn whole_span() -> otlp::Span {
    let event = otlp::span::Event {
        time_unix_nano: 7,
        name: "exception".to_owned(),
        attributes: vec![pair("e", text("x"))],
        ..Default::default()
    };
    let link = otlp::span::Link {
        trace_id: vec![3; 16],
        span_id: vec![4; 8],
        attributes: vec![pair("link.relationship", text("because"))],
        flags: 257,
        ..Default::default()
    };
    let list = common::ArrayValue {
        values: vec![any(Any::IntValue(-1)), any(Any::BoolValue(true))],
    };
    otlp::Span {
        trace_id: vec![1; 16],
        span_id: vec![2; 8],
        parent_span_id: vec![5; 8],
        name: "handle".to_owned(),
        kind: 5,
        start_time_unix_nano: 5,
        end_time_unix_nano: 9,
        attributes: vec![
            pair("list", any(Any::ArrayValue(list))),
            pair("bytes", any(Any::BytesValue(vec![1, 255]))),
            pair("none", common::AnyValue::default()),
        ],
        events: vec![event],
        links: vec![link],
        status: Some(otlp::Status {
            message: "no".to_owned(),
            code: 2,
        }),
        trace_state: "a=b".to_owned(),
        flags: 257,
        ..Default::default()
    }
}

#[test]
fn protobuf_span_is_read_whole() {
    let batch = read(&request(vec![whole_span()]), Format::Protobuf).unwrap();
    let span = &batch.spans[0];
    assert_eq!(
        (&*span.service, &*span.name, span.kind),
        ("shop", "handle", Kind::Consumer)
    );
    assert_eq!(span.trace.to_string(), "01".repeat(16));
    assert_eq!(span.id.to_string(), "02".repeat(8));
    assert_eq!(span.parent.unwrap().to_string(), "05".repeat(8));
    assert_eq!((span.start, span.end), (5, 9));
    assert_eq!(span.status, Status::Error("no".to_owned()));
    let values: Vec<&str> = span.attributes.iter().map(|known| &*known.value).collect();
    assert_eq!(values, ["[-1, true]", "0x01ff", ""]);
    assert_eq!(
        (span.events[0].time, &*span.events[0].name),
        (7, "exception")
    );
    assert_eq!(span.links[0].to.unwrap().0.to_string(), "03".repeat(16));
    assert_eq!(span.links[0].relationship(), "because");
}

#[test]
fn protobuf_span_with_an_id_of_zeros_or_without_one_is_counted() {
    let mut zeros = whole_span();
    zeros.trace_id = vec![0; 16];
    let mut none = whole_span();
    none.span_id = Vec::new();
    let mut root = whole_span();
    root.parent_span_id = vec![0; 8];
    let batch = read(&request(vec![zeros, none, root]), Format::Protobuf).unwrap();
    assert_eq!((batch.invalid, batch.spans.len()), (2, 1));
    assert_eq!(batch.spans[0].parent, None);
}

#[test]
fn protobuf_that_is_cut_off_is_malformed() {
    let whole = request(vec![whole_span()]);
    let mut refused = 0;
    for length in 1..whole.len() {
        let read = read(&whole[..length], Format::Protobuf);
        refused += usize::from(matches!(read, Err(Refusal::Malformed(_))));
    }
    assert_eq!(refused, whole.len() - 1);
}

#[test]
fn protobuf_name_that_is_not_utf8_is_malformed() {
    let mut whole = request(vec![whole_span()]);
    let place = whole.windows(6).position(|part| part == b"handle").unwrap();
    whole[place] = 0xff;
    assert!(matches!(
        read(&whole, Format::Protobuf),
        Err(Refusal::Malformed(_))
    ));
}

#[test]
fn protobuf_value_that_is_too_deep_is_malformed() {
    let mut value = any(Any::BoolValue(true));
    for _ in 0..150 {
        let values = vec![value];
        value = any(Any::ArrayValue(common::ArrayValue { values }));
    }
    let mut span = whole_span();
    span.attributes = vec![pair("deep", value)];
    assert!(matches!(
        read(&request(vec![span]), Format::Protobuf),
        Err(Refusal::Malformed(_))
    ));
}

#[test]
fn empty_spans_take_no_memory() {
    // Two bytes each, 2 MiB in all: with a message for each, they took more than 100 MiB.
    let empty = b"\x12\x00".repeat(1 << 20);
    let mut request = Vec::new();
    for tag in [0x12, 0x0a] {
        let inner = if request.is_empty() { &empty } else { &request };
        let mut outer = vec![tag];
        prost::encoding::encode_varint(inner.len() as u64, &mut outer);
        outer.extend(inner);
        request = outer;
    }
    let batch = read(&request, Format::Protobuf).unwrap();
    assert_eq!((batch.invalid, batch.spans.capacity()), (1 << 20, 0));

    let spans = format!(
        r#"{{"resourceSpans":[{{"scopeSpans":[{{"spans":[{}{{}}]}}]}}]}}"#,
        "{},".repeat(1 << 20)
    );
    let batch = json(&spans);
    assert_eq!((batch.invalid, batch.spans.capacity()), ((1 << 20) + 1, 0));
}

#[test]
fn parts_of_a_span_are_bounded() {
    let parts = r#"{"key": "a"},"#.repeat(10_000);
    let span = span_with(&format!(r#""attributes": [{parts}{{"key": "b"}}]"#));
    assert_eq!(span.attributes.len(), batch::PARTS);
    let mut many = whole_span();
    many.attributes = vec![pair("a", text("")); 10_000];
    let batch = read(&request(vec![many]), Format::Protobuf).unwrap();
    assert_eq!(batch.spans[0].attributes.len(), batch::PARTS);
}

fn gzip(plain: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(plain).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn gzip_is_read_up_to_the_limit() {
    let plain = request(vec![whole_span()]);
    let limit = plain.len();
    let batch = decode(&gzip(&plain), Format::Protobuf, true, limit).unwrap();
    assert_eq!(batch.spans.len(), 1);
    let refusal = decode(&gzip(&plain), Format::Protobuf, true, limit - 1).unwrap_err();
    assert_eq!(refusal, Refusal::TooLarge(limit - 1));
}

#[test]
fn gzip_that_is_broken_is_malformed() {
    let whole = gzip(&request(vec![whole_span()]));
    for broken in [&whole[..whole.len() - 9], b"not gzip", b""] {
        let refusal = decode(broken, Format::Protobuf, true, 1 << 20).unwrap_err();
        assert!(matches!(refusal, Refusal::Malformed(_)));
    }
}
