//! The handler's span inside `tracing`.
//!
//! The handler first starts OpenTelemetry's span directly, as it does without `tracing`. In its context it then makes
//! the `tracing` span, from a callsite made at run time (`handler`, `table`), with the span's attributes as values
//! (`values`). The layer's tracer (`layer`) recognizes that span by this thread's announcement (`announced`). It
//! returns a span that forwards to the started one (`layer_span`).

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

/// Holds the parts of the `tracing` span, copied before OpenTelemetry's span takes the attributes.
pub(super) struct Prepared {
    handler: &'static Handler,
    values: Values,
}

/// Returns `true` if a subscriber may want the handler's `tracing` span.
#[inline]
pub(super) fn is_wanted(callsite: &'static Callsite) -> bool {
    switch::is_on() && is_wanted_now(callsite)
}

/// Out of line: [`is_wanted`] is inlined into each handler.
#[inline(never)]
fn is_wanted_now(callsite: &'static Callsite) -> bool {
    table::wanted(callsite).is_some()
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
