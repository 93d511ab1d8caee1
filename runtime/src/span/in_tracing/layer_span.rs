//! The layer's view of a span.

use std::borrow::Cow;
use std::time::SystemTime;

use opentelemetry::trace::{Span, SpanContext, Status, TraceContextExt};
use opentelemetry::{Context, KeyValue};

/// Represents a span of tracing-opentelemetry's layer.
#[derive(Debug)]
pub enum LayerSpan<S> {
    /// Any span that is not a handler's.
    Started(S),
    /// A handler's span, which was started before. It gets every call but the end: the span ends with the body.
    Handler(Handler),
    /// A parent that records nothing through the layer.
    Remote(SpanContext),
}

/// Holds the context in which a handler's span is active.
#[derive(Debug)]
pub struct Handler {
    context: Context,
    span_context: SpanContext,
}

impl<S> LayerSpan<S> {
    /// Finds the handler's span in the context that the layer took as the parent's.
    ///
    /// Without context activation, the layer takes the enclosing `tracing` span's context. Data that is recorded
    /// through the layer is then lost, but the children have the right parent.
    pub(super) fn of_handler(handler: &SpanContext, context: &Context) -> Self {
        let span = context.span();
        let active = span.span_context();
        if !handler.is_valid() {
            return Self::parent(context);
        }
        if active.span_id() != handler.span_id() || active.trace_id() != handler.trace_id() {
            return Self::Remote(handler.clone());
        }
        Self::Handler(Handler {
            span_context: active.clone(),
            context: context.clone(),
        })
    }

    /// Returns a span that only passes the parent on to its children.
    pub(super) fn parent(context: &Context) -> Self {
        Self::Remote(context.span().span_context().clone())
    }
}

impl<S: Span> Span for LayerSpan<S> {
    fn add_event_with_timestamp<T>(
        &mut self,
        name: T,
        timestamp: SystemTime,
        attributes: Vec<KeyValue>,
    ) where
        T: Into<Cow<'static, str>>,
    {
        match self {
            Self::Started(span) => span.add_event_with_timestamp(name, timestamp, attributes),
            Self::Handler(handler) => {
                let span = handler.context.span();
                span.add_event_with_timestamp(name, timestamp, attributes);
            }
            Self::Remote(_) => {}
        }
    }

    fn span_context(&self) -> &SpanContext {
        match self {
            Self::Started(span) => span.span_context(),
            Self::Handler(handler) => &handler.span_context,
            Self::Remote(span_context) => span_context,
        }
    }

    fn is_recording(&self) -> bool {
        match self {
            Self::Started(span) => span.is_recording(),
            Self::Handler(handler) => handler.context.span().is_recording(),
            Self::Remote(_) => false,
        }
    }

    fn set_attribute(&mut self, attribute: KeyValue) {
        match self {
            Self::Started(span) => span.set_attribute(attribute),
            Self::Handler(handler) => handler.context.span().set_attribute(attribute),
            Self::Remote(_) => {}
        }
    }

    fn set_status(&mut self, status: Status) {
        match self {
            // The layer sets it on each span that it starts.
            _ if status == Status::Unset => {}
            Self::Started(span) => span.set_status(status),
            Self::Handler(handler) => handler.context.span().set_status(status),
            Self::Remote(_) => {}
        }
    }

    fn update_name<T>(&mut self, name: T)
    where
        T: Into<Cow<'static, str>>,
    {
        match self {
            Self::Started(span) => span.update_name(name),
            Self::Handler(handler) => handler.context.span().update_name(name),
            Self::Remote(_) => {}
        }
    }

    fn add_link(&mut self, span_context: SpanContext, attributes: Vec<KeyValue>) {
        match self {
            Self::Started(span) => span.add_link(span_context, attributes),
            Self::Handler(handler) => {
                let span = handler.context.span();
                span.add_link(span_context, attributes);
            }
            Self::Remote(_) => {}
        }
    }

    fn end_with_timestamp(&mut self, timestamp: SystemTime) {
        if let Self::Started(span) = self {
            span.end_with_timestamp(timestamp);
        }
    }
}
