//! A span that counts its attributes and events.

use std::borrow::Cow;
use std::sync::LazyLock;
use std::time::SystemTime;

use opentelemetry::KeyValue;
use opentelemetry::trace::{Span, SpanContext, Status};

use crate::span::limit;

/// The name of the attribute and of the event of a cancelled handler.
pub(crate) const CANCELLED: &str = "linked_span.cancelled";

static ATTRIBUTES: LazyLock<u32> = LazyLock::new(|| limit("OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT"));
static EVENTS: LazyLock<u32> = LazyLock::new(|| limit("OTEL_SPAN_EVENT_COUNT_LIMIT"));

fn limit(variable: &str) -> u32 {
    u32::try_from(limit::from_environment(variable)).unwrap_or(u32::MAX)
}

/// Counts attributes and events, because OpenTelemetry does not report what it drops.
///
/// Only a status is never dropped.
pub(crate) struct Counted<S> {
    pub(crate) span: S,
    pub(crate) attributes: u32,
    pub(crate) events: u32,
}

impl<S: Span> Span for Counted<S> {
    fn add_event_with_timestamp<T>(
        &mut self,
        name: T,
        timestamp: SystemTime,
        attributes: Vec<KeyValue>,
    ) where
        T: Into<Cow<'static, str>>,
    {
        let name = name.into();
        self.events = self.events.saturating_add(1);
        if name == CANCELLED && self.attributes > *ATTRIBUTES && self.events > *EVENTS {
            self.span.set_status(Status::error("cancelled"));
        }
        self.span
            .add_event_with_timestamp(name, timestamp, attributes);
    }

    fn span_context(&self) -> &SpanContext {
        self.span.span_context()
    }

    fn is_recording(&self) -> bool {
        self.span.is_recording()
    }

    fn set_attribute(&mut self, attribute: KeyValue) {
        self.attributes = self.attributes.saturating_add(1);
        self.span.set_attribute(attribute);
    }

    fn set_status(&mut self, status: Status) {
        self.span.set_status(status);
    }

    fn update_name<T>(&mut self, name: T)
    where
        T: Into<Cow<'static, str>>,
    {
        self.span.update_name(name);
    }

    fn add_link(&mut self, span_context: SpanContext, attributes: Vec<KeyValue>) {
        self.span.add_link(span_context, attributes);
    }

    fn end_with_timestamp(&mut self, timestamp: SystemTime) {
        self.span.end_with_timestamp(timestamp);
    }
}
