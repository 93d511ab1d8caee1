//! Tracers of any type, and the spans they start.

use std::sync::Arc;

use opentelemetry::Context;
use opentelemetry::trace::{Span, SpanBuilder, TraceContextExt, Tracer};

use crate::span::counted::Counted;
use crate::support::shield::shielded;

/// The contexts around a span.
#[derive(Debug)]
pub struct SpanContexts {
    /// The body's, but for the span.
    pub(crate) body: Context,
    /// The parent's, if that is another.
    pub(super) parent: Option<Context>,
}

impl SpanContexts {
    /// For a child of `parent`.
    pub(crate) fn of_a_child(parent: &Context) -> Self {
        Self {
            body: parent.clone(),
            parent: None,
        }
    }

    pub(crate) fn parent(&self) -> &Context {
        self.parent.as_ref().unwrap_or(&self.body)
    }
}

/// Starts a span, active in its surroundings; `None` if the tracer made none.
fn start<T>(tracer: &T, builder: SpanBuilder, surroundings: &SpanContexts) -> Option<Started>
where
    T: Tracer,
    T::Span: Send + Sync + 'static,
{
    let parent = surroundings.parent();
    let attributes = builder.attributes.as_ref().map_or(0, Vec::len);
    let attributes = u32::try_from(attributes).unwrap_or(u32::MAX);
    // In its place from the beginning: the SDK's span is hundreds of bytes, which would be copied.
    let span = Counted {
        span: tracer.build_with_context(builder, parent),
        attributes,
        events: 0,
    };
    // A tracer that does nothing hands back the parent's context, one that was shut down an invalid one.
    let made =
        span.span_context().is_valid() && span.span_context() != parent.span().span_context();
    // Not in a closure, into which the span would have to be moved.
    if !made {
        return None;
    }
    Some(Started {
        recording: span.is_recording(),
        context: surroundings.body.with_span(span),
    })
}

/// A span that was started, active in a context.
#[derive(Debug)]
pub struct Started {
    pub(crate) context: Context,
    pub(crate) recording: bool,
}

/// A tracer without its type.
pub trait StartSpan: Send + Sync {
    fn start_span(&self, builder: SpanBuilder, surroundings: &SpanContexts) -> Option<Started>;
}

impl<T> StartSpan for T
where
    T: Tracer + Send + Sync,
    T::Span: Send + Sync + 'static,
{
    fn start_span(&self, builder: SpanBuilder, surroundings: &SpanContexts) -> Option<Started> {
        start(self, builder, surroundings)
    }
}

/// The handler's `tracer = …`, if it has one. Its end is the user's code.
#[derive(Default)]
pub(crate) struct OwnTracer(Option<Box<dyn StartSpan>>);

impl OwnTracer {
    pub(crate) fn new(tracer: Box<dyn StartSpan>) -> Self {
        Self(Some(tracer))
    }

    pub(crate) fn get(&self) -> Option<&dyn StartSpan> {
        self.0.as_deref()
    }
}

impl Drop for OwnTracer {
    #[inline]
    fn drop(&mut self) {
        if let Some(tracer) = self.0.take() {
            shielded(|| drop(tracer));
        }
    }
}

struct Pointer<T>(T);

impl<T> StartSpan for Pointer<T>
where
    T: std::ops::Deref<Target: StartSpan> + Send + Sync,
{
    fn start_span(&self, builder: SpanBuilder, surroundings: &SpanContexts) -> Option<Started> {
        self.0.start_span(builder, surroundings)
    }
}

/// A tracer, or a pointer to one that outlives the handler: what `tracer = …` takes.
///
/// `Form` tells the implementations apart; it is always inferred.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a tracer",
    note = "use an `opentelemetry::trace::Tracer`, or a `&'static` or an `Arc` of one"
)]
pub trait IntoTracer<Form> {
    fn into_tracer(self) -> Box<dyn StartSpan>;
}

#[derive(Debug)]
pub struct ByValue;
#[derive(Debug)]
pub struct ByPointer;

impl<T> IntoTracer<ByValue> for T
where
    T: Tracer + Send + Sync + 'static,
    T::Span: Send + Sync + 'static,
{
    fn into_tracer(self) -> Box<dyn StartSpan> {
        Box::new(self)
    }
}

macro_rules! pointers {
    ($($pointer:ty)*) => { $(
        impl<T> IntoTracer<ByPointer> for $pointer
        where
            T: Tracer + Send + Sync + 'static,
            T::Span: Send + Sync + 'static,
        {
            fn into_tracer(self) -> Box<dyn StartSpan> {
                Box::new(Pointer(self))
            }
        }
    )* };
}
pointers!(&'static T Arc<T>);
