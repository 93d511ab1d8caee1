//! The tracer of tracing-opentelemetry's layer.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use opentelemetry::trace::{Link, SpanBuilder, SpanContext, Tracer, TracerProvider};
use opentelemetry::{Context, InstrumentationScope};

use super::announced;
use super::layer_span::LayerSpan;
use super::switch::{self, CountedLayer};
use crate::span::layer_provider::{self, HandlerTracers};
use crate::support::shield::shielded;

/// The count of dropped attributes that marks a link as the carrier of a handler's span context. No other link reaches it.
const HANDLER: u32 = u32::MAX;

/// Makes the tracer for tracing-opentelemetry's layer with which each handler's span is a `tracing` span.
///
/// ```
/// # use opentelemetry_sdk::trace::SdkTracerProvider;
/// # let provider = SdkTracerProvider::builder().build();
/// let tracer = linked_span::layer_tracer(provider.clone(), "shop");
/// // let otel = tracing_opentelemetry::layer().with_tracer(tracer);
/// // tracing_subscriber::registry().with(EnvFilter::from_default_env()).with(fmt::layer()).with(otel).init();
/// # drop(tracer);
/// # linked_span::use_tracing(false);
/// ```
///
/// This enables `tracing` spans of handlers for the whole program, so call it once, at the start. `name` is the
/// instrumentation scope of all other `tracing` spans. A handler's span keeps the handler's own scope.
///
/// The provider is an SDK's, or `opentelemetry::global::tracer_provider()`. Handlers use the global provider. If there
/// is none, they use this one. So give the same provider to both, or only to this function.
///
/// See [inside `tracing`](crate#inside-tracing).
pub fn layer_tracer<P>(provider: P, name: impl Into<Cow<'static, str>>) -> LayerTracer<P::Tracer>
where
    P: TracerProvider + Send + Sync + 'static,
    P::Tracer: Tracer<Span: Send + Sync + 'static> + Send + Sync + 'static,
{
    let tracer = provider.tracer_with_scope(InstrumentationScope::builder(name).build());
    let provider: Arc<dyn HandlerTracers> = Arc::new(provider);
    layer_provider::set(&provider);
    switch::use_tracing(true);
    LayerTracer {
        tracer,
        _provider: provider,
        _counted: CountedLayer::new(),
    }
}

/// Starts spans for tracing-opentelemetry's layer; see [`layer_tracer`].
///
/// For a handler's `tracing` span it returns the handler's OpenTelemetry span. It starts all other spans as the
/// provider's tracer does.
#[must_use = "give it to the layer: `tracing_opentelemetry::layer().with_tracer(…)`"]
pub struct LayerTracer<T> {
    tracer: T,
    /// Handlers use the provider as long as the layer lives.
    _provider: Arc<dyn HandlerTracers>,
    _counted: CountedLayer,
}

impl<T> Tracer for LayerTracer<T>
where
    T: Tracer<Span: Send + Sync + 'static>,
{
    type Span = LayerSpan<T::Span>;

    /// Builds each new `tracing` span: the layer calls it.
    fn span_builder<N: Into<Cow<'static, str>>>(&self, name: N) -> SpanBuilder {
        let name = name.into();
        let handler = announced::take(&name);
        let mut builder = SpanBuilder::from_name(name);
        builder.links = handler.map(|span_context| vec![Link::new(span_context, vec![], HANDLER)]);
        builder
    }

    /// Starts a span at its first enter or later.
    ///
    /// The layer calls it under a lock, which a panic would poison.
    fn build_with_context(&self, builder: SpanBuilder, parent: &Context) -> Self::Span {
        if let Some(handler) = handler(&builder) {
            return LayerSpan::of_handler(handler, parent);
        }
        let span = shielded(|| self.tracer.build_with_context(builder, parent));
        span.map_or_else(|| LayerSpan::parent(parent), LayerSpan::Started)
    }
}

/// Returns the span of the handler for whose `tracing` span this builder was made.
fn handler(builder: &SpanBuilder) -> Option<&SpanContext> {
    let first = builder.links.as_ref()?.first()?;
    (first.dropped_attributes_count == HANDLER).then_some(&first.span_context)
}

impl<T> fmt::Debug for LayerTracer<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("LayerTracer")
            .finish_non_exhaustive()
    }
}
