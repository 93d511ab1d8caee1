//! The handler's span inside `tracing`.
//!
//! OpenTelemetry's span is started first, directly, as it is without `tracing`. Then the handler's `tracing` span is made
//! in its context, from a callsite that is made at run time (`handler`, `table`), with values of the span's attributes
//! (`values`). The layer's tracer (`layer`) recognizes that span by what this thread announces (`announced`), and answers
//! with a span that forwards to the one that was started (`layer_span`).

mod announced;
mod handler;
mod layer;
mod layer_span;
mod opened;
mod probe;
mod site;
mod switch;
mod table;
mod thread;
mod values;

use crate::span::callsite::Callsite;
use crate::span::request::SpanRequest;

pub use layer::{LayerTracer, layer_tracer};
pub(super) use opened::TracingSpan;
pub use switch::use_tracing;

use handler::Handler;
use values::Values;

/// What the `tracing` span is made of, taken before OpenTelemetry's span takes the attributes.
pub(super) struct Prepared {
    handler: &'static Handler,
    values: Values,
}

/// Returns `true` if a subscriber may want the handler's `tracing` span.
#[inline]
pub(super) fn is_wanted(callsite: &'static Callsite) -> bool {
    switch::is_on() && table::wanted(callsite).is_some()
}

/// Formats the values of the `tracing` span, if a subscriber may want one.
#[inline]
pub(super) fn prepare(request: &SpanRequest) -> Option<Prepared> {
    if switch::is_on() {
        prepare_wanted(request)
    } else {
        None
    }
}

fn prepare_wanted(request: &SpanRequest) -> Option<Prepared> {
    let handler = table::wanted(request.callsite)?;
    let values = Values::of(request.attributes(), handler.names);
    Some(Prepared { handler, values })
}

impl Prepared {
    /// Makes the `tracing` span in the body's context, unless a filter rejects it.
    pub(super) fn open(self, context: &opentelemetry::Context) -> Option<TracingSpan> {
        opened::open(self.handler, &self.values, context)
    }
}
