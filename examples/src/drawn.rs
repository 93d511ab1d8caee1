//! Converts exported spans for the drawing library.

use std::time::{SystemTime, UNIX_EPOCH};

use flow_drawing::{Attribute, Event, Kind, Link, Span, SpanId, Status, TraceId};
use opentelemetry::KeyValue;
use opentelemetry::trace::{self, SpanContext, SpanKind};
use opentelemetry_sdk::trace::SpanData;

/// Converts an exported span; `None` if its ids are not valid.
///
/// The service stays empty, because an exporter does not know it.
#[must_use]
pub fn drawn(span: &SpanData) -> Option<Span> {
    let (trace, id) = ids(&span.span_context)?;
    let events = span.events.iter().map(|event| Event {
        time: nanoseconds(event.timestamp),
        name: event.name.to_string(),
        attributes: attributes(&event.attributes),
    });
    let links = span.links.iter().map(|link| Link {
        to: ids(&link.span_context),
        attributes: attributes(&link.attributes),
    });
    Some(Span {
        trace,
        id,
        parent: SpanId::from_slice(&span.parent_span_id.to_bytes()),
        name: span.name.to_string(),
        kind: match span.span_kind {
            SpanKind::Internal => Kind::Internal,
            SpanKind::Server => Kind::Server,
            SpanKind::Client => Kind::Client,
            SpanKind::Producer => Kind::Producer,
            SpanKind::Consumer => Kind::Consumer,
        },
        service: "".into(),
        start: nanoseconds(span.start_time),
        end: nanoseconds(span.end_time),
        status: match &span.status {
            trace::Status::Unset => Status::Unset,
            trace::Status::Ok => Status::Ok,
            trace::Status::Error { description } => Status::Error(description.to_string()),
        },
        attributes: attributes(&span.attributes),
        events: events.collect(),
        links: links.collect(),
    })
}

fn ids(context: &SpanContext) -> Option<(TraceId, SpanId)> {
    let trace = TraceId::from_slice(&context.trace_id().to_bytes())?;
    Some((trace, SpanId::from_slice(&context.span_id().to_bytes())?))
}

fn attributes(attributes: &[KeyValue]) -> Vec<Attribute> {
    let attributes = attributes.iter().map(|attribute| Attribute {
        key: attribute.key.to_string(),
        value: attribute.value.to_string(),
    });
    attributes.collect()
}

fn nanoseconds(time: SystemTime) -> u64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
}
