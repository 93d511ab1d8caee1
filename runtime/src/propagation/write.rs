//! Writes a context as fields of a carrier.

use opentelemetry::Context;
use opentelemetry::baggage::BaggageExt;
use opentelemetry::trace::TraceContextExt;

use super::global_propagator;
use super::propagator::{self, Propagation};
use super::w3c::baggage::BAGGAGE;
use super::w3c::traceparent::{self, TRACEPARENT};
use super::w3c::tracestate::{self, TRACESTATE};

/// Sets a field, or removes it for `None`. It may run user code.
pub(crate) type SetField<'f> = dyn FnMut(&str, Option<String>) + 'f;

/// Writes the fields of a context, with the installed propagator.
pub(crate) fn write(context: &Context, field: &mut SetField<'_>) {
    match propagator::propagation() {
        Propagation::W3c { baggage } => write_w3c(context, baggage, field),
        Propagation::Foreign => {
            for (name, value) in global_propagator::write(context) {
                field(&name, value);
            }
        }
    }
}

fn write_w3c(context: &Context, with_baggage: bool, field: &mut SetField<'_>) {
    let span = context.span();
    if span.span_context().is_valid() {
        field(TRACEPARENT, Some(traceparent::write(span.span_context())));
        // A `tracestate` of an earlier hop does not belong to the new `traceparent`, so `None` removes it.
        field(TRACESTATE, tracestate::write(span.span_context()));
    }
    if with_baggage {
        // Baggage is written without a span too. The baggage of an earlier hop is removed only together with its context.
        if !context.baggage().is_empty() {
            field(BAGGAGE, Some(context.baggage().to_string()));
        } else if span.span_context().is_valid() {
            field(BAGGAGE, None);
        }
    }
}
