//! OTLP as protobuf.

use std::sync::Arc;

use flow_drawing::{Attribute, Event, Kind, Link, Span, SpanId, Status, TraceId};
use opentelemetry_proto::tonic::common::v1::AnyValue;
use opentelemetry_proto::tonic::common::v1::any_value::Value as Any;
use prost::Message;

use super::batch::{Batch, keep};
use super::refusal::Refusal;
use super::text::{UNKNOWN_SERVICE, bytes_text, list_text, map_text};
use super::wire::{Fields, Value};

type Read<T> = Result<T, Refusal>;

/// Reads an `ExportTraceServiceRequest`.
pub(super) fn read(message: &[u8]) -> Read<Batch> {
    let mut batch = Batch::default();
    for resource_spans in messages(message, 1) {
        let resource_spans = resource_spans?;
        let mut service = None;
        for resource in messages(resource_spans, 1) {
            for attribute in messages(resource?, 1) {
                let Attribute { key, value } = read_attribute(attribute?)?;
                if key == "service.name" {
                    service = Some(value);
                }
            }
        }
        let service: Arc<str> = service.as_deref().unwrap_or(UNKNOWN_SERVICE).into();
        for scope_spans in messages(resource_spans, 2) {
            for span in messages(scope_spans?, 2) {
                batch.add(read_span(span?, &service)?);
            }
        }
    }
    Ok(batch)
}

/// The messages that are in this field.
fn messages(message: &[u8], number: u64) -> impl Iterator<Item = Read<&[u8]>> {
    Fields::of(message).filter_map(move |field| match field {
        Ok((found, Value::Bytes(bytes))) if found == number => Some(Ok(bytes)),
        Ok(_) => None,
        Err(refusal) => Some(Err(refusal)),
    })
}

/// Returns `None` if an id is not valid.
fn read_span(message: &[u8], service: &Arc<str>) -> Read<Option<Span>> {
    let (mut trace, mut id, mut parent) = (None, None, None);
    let (mut name, mut kind, mut status) = (String::new(), Kind::Internal, Status::Unset);
    let (mut start, mut end) = (0, 0);
    let (mut attributes, mut events, mut links) = (Vec::new(), Vec::new(), Vec::new());
    for field in Fields::of(message) {
        match field? {
            (1, Value::Bytes(bytes)) => trace = TraceId::from_slice(bytes),
            (2, Value::Bytes(bytes)) => id = SpanId::from_slice(bytes),
            (4, Value::Bytes(bytes)) => parent = SpanId::from_slice(bytes),
            (5, Value::Bytes(bytes)) => name = text(bytes)?,
            (6, Value::Varint(number)) => kind = kind_of(number),
            (7, Value::Fixed64(time)) => start = time,
            (8, Value::Fixed64(time)) => end = time,
            (9, Value::Bytes(bytes)) => keep(&mut attributes, read_attribute(bytes)?),
            (11, Value::Bytes(bytes)) => keep(&mut events, read_event(bytes)?),
            (13, Value::Bytes(bytes)) => keep(&mut links, read_link(bytes)?),
            (15, Value::Bytes(bytes)) => status = read_status(bytes)?,
            _ => {}
        }
    }
    let span = trace.zip(id).map(|(trace, id)| Span {
        trace,
        id,
        parent,
        name,
        kind,
        service: Arc::clone(service),
        start,
        end,
        status,
        attributes,
        events,
        links,
    });
    Ok(span)
}

fn read_event(message: &[u8]) -> Read<Event> {
    let mut event = Event {
        time: 0,
        name: String::new(),
        attributes: Vec::new(),
    };
    for field in Fields::of(message) {
        match field? {
            (1, Value::Fixed64(time)) => event.time = time,
            (2, Value::Bytes(bytes)) => event.name = text(bytes)?,
            (3, Value::Bytes(bytes)) => keep(&mut event.attributes, read_attribute(bytes)?),
            _ => {}
        }
    }
    Ok(event)
}

fn read_link(message: &[u8]) -> Read<Link> {
    let (mut trace, mut span, mut attributes) = (None, None, Vec::new());
    for field in Fields::of(message) {
        match field? {
            (1, Value::Bytes(bytes)) => trace = TraceId::from_slice(bytes),
            (2, Value::Bytes(bytes)) => span = SpanId::from_slice(bytes),
            (4, Value::Bytes(bytes)) => keep(&mut attributes, read_attribute(bytes)?),
            _ => {}
        }
    }
    Ok(Link {
        to: trace.zip(span),
        attributes,
    })
}

fn read_status(message: &[u8]) -> Read<Status> {
    let (mut description, mut code) = (String::new(), 0);
    for field in Fields::of(message) {
        match field? {
            (2, Value::Bytes(bytes)) => description = text(bytes)?,
            (3, Value::Varint(number)) => code = number,
            _ => {}
        }
    }
    Ok(match code {
        1 => Status::Ok,
        2 => Status::Error(description),
        _ => Status::Unset,
    })
}

fn read_attribute(message: &[u8]) -> Read<Attribute> {
    let (mut key, mut value) = (String::new(), String::new());
    for field in Fields::of(message) {
        match field? {
            (1, Value::Bytes(bytes)) => key = text(bytes)?,
            (2, Value::Bytes(bytes)) => {
                let any = AnyValue::decode(bytes).map_err(Refusal::malformed)?;
                value = any_text(any);
            }
            _ => {}
        }
    }
    Ok(Attribute { key, value })
}

/// The depth of a value is bounded by its decoder.
fn any_text(value: AnyValue) -> String {
    match value.value {
        Some(Any::StringValue(text)) => text,
        Some(Any::BoolValue(value)) => value.to_string(),
        Some(Any::IntValue(number)) => number.to_string(),
        Some(Any::DoubleValue(number)) => number.to_string(),
        Some(Any::ArrayValue(list)) => list_text(list.values.into_iter().map(any_text)),
        Some(Any::KvlistValue(map)) => map_text(map.values.into_iter().map(|entry| {
            let value = entry.value.map(any_text);
            (entry.key, value.unwrap_or_default())
        })),
        Some(Any::BytesValue(bytes)) => bytes_text(&bytes),
        // Empty, or an index into a table that only profiles have.
        _ => String::new(),
    }
}

fn text(bytes: &[u8]) -> Read<String> {
    let text = str::from_utf8(bytes).map_err(|_| Refusal::malformed("text is not UTF-8"))?;
    Ok(text.to_owned())
}

fn kind_of(number: u64) -> Kind {
    match number {
        2 => Kind::Server,
        3 => Kind::Client,
        4 => Kind::Producer,
        5 => Kind::Consumer,
        _ => Kind::Internal,
    }
}
