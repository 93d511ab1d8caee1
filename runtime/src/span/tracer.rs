//! Tracers of any type, and the spans they start.

use std::sync::Arc;

use opentelemetry::Context;
use opentelemetry::trace::{Span, SpanBuilder, TraceContextExt, Tracer};

use crate::span::counted::Counted;
use crate::support::shield::shielded;

/// Holds the contexts around a span.
#[derive(Debug)]
pub struct SpanContexts {
    /// The context of the body, without the span.
    pub(crate) body: Context,
    /// The context of the parent, if it differs.
    pub(super) parent: Option<Context>,
}

impl SpanContexts {
    /// Returns the contexts of a child of `parent`.
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

/// Starts a span and returns its context; `None` if the tracer made no span.
#[inline]
fn start<T>(tracer: &T, builder: SpanBuilder, surroundings: &SpanContexts) -> Option<Started>
where
    T: Tracer,
    T::Span: Send + Sync + 'static,
{
    let parent = surroundings.parent();
    let attributes = builder.attributes.as_ref().map_or(0, Vec::len);
    let attributes = u32::try_from(attributes).unwrap_or(u32::MAX);
    // The span is built in place, because it has hundreds of bytes that would be copied.
    let span = Counted {
        span: tracer.build_with_context(builder, parent),
        attributes,
        events: 0,
    };
    // A tracer that makes no span returns one that does not record.
    if span.is_recording() {
        return Some(Started {
            recording: true,
            context: surroundings.body.with_span(span),
        });
    }
    // A no-op tracer returns the parent's context, and a tracer that was shut down returns an invalid one.
    let is_parent = parent.has_active_span() && span.span_context() == parent.span().span_context();
    if is_parent || !span.span_context().is_valid() {
        return None;
    }
    // A span that records nothing has no limits, and is smaller to move.
    Some(Started {
        recording: false,
        context: surroundings.body.with_span(span.span),
    })
}

/// Holds the context in which a started span is active.
#[derive(Debug)]
pub struct Started {
    pub(crate) context: Context,
    pub(crate) recording: bool,
}

/// Hides the type of a tracer.
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

/// Holds the handler's `tracer = …`, if it has one. Its drop runs the user's code.
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

/// Converts the value of `tracer = …`: a tracer, or a pointer to one that outlives the handler.
///
/// `Form` distinguishes the implementations; rustc always infers it.
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
