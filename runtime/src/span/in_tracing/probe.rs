//! Detection of an OpenTelemetry layer with another tracer.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::SystemTime;

use opentelemetry::trace::{Span, SpanContext, Status, TraceContextExt};
use opentelemetry::{Context, KeyValue};

/// Holds a context in which no SDK starts a span. A layer that would start one keeps the context.
pub(super) struct Probe {
    pub(super) context: Context,
    kept: Arc<()>,
}

impl Probe {
    pub(super) fn in_place_of(context: &Context) -> Self {
        let kept = Arc::new(());
        let span = Kept {
            span_context: context.span().span_context().clone(),
            _kept: Arc::clone(&kept),
        };
        Self {
            context: context.with_span(span).with_telemetry_suppressed(),
            kept,
        }
    }

    /// Returns `true` if a layer has kept the context.
    pub(super) fn was_kept(self) -> bool {
        drop(self.context);
        Arc::strong_count(&self.kept) > 1
    }
}

/// Represents the active span for a subscriber that asks for it, and records nothing.
struct Kept {
    span_context: SpanContext,
    _kept: Arc<()>,
}

impl Span for Kept {
    fn add_event_with_timestamp<T>(&mut self, _: T, _: SystemTime, _: Vec<KeyValue>)
    where
        T: Into<Cow<'static, str>>,
    {
    }

    fn span_context(&self) -> &SpanContext {
        &self.span_context
    }

    fn is_recording(&self) -> bool {
        false
    }

    fn set_attribute(&mut self, _: KeyValue) {}

    fn set_status(&mut self, _: Status) {}

    fn update_name<T>(&mut self, _: T)
    where
        T: Into<Cow<'static, str>>,
    {
    }

    fn add_link(&mut self, _: SpanContext, _: Vec<KeyValue>) {}

    fn end_with_timestamp(&mut self, _: SystemTime) {}
}
