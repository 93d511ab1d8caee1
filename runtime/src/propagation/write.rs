//! From a context to the fields that an event carries.

use opentelemetry::Context;
use opentelemetry::baggage::BaggageExt;
use opentelemetry::trace::TraceContextExt;

use super::global_propagator;
use super::installed::{self, Propagation};
use super::w3c::baggage::BAGGAGE;
use super::w3c::traceparent::{self, TRACEPARENT};
use super::w3c::tracestate::{self, TRACESTATE};

/// Sets a field to a value, or removes it where it has none. It may be the user's code.
pub(crate) type SetField<'f> = dyn FnMut(&str, Option<String>) + 'f;

/// Writes the fields of a context as the installed propagator writes them.
pub(crate) fn write(context: &Context, field: &mut SetField<'_>) {
    match installed::propagation() {
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
        // The state belongs to the context: one of an earlier hop must not stay beside the new `traceparent`.
        field(TRACESTATE, tracestate::write(span.span_context()));
    }
    if with_baggage {
        // Baggage is written without a span too. An earlier hop's only goes when its context does.
        if !context.baggage().is_empty() {
            field(BAGGAGE, Some(context.baggage().to_string()));
        } else if span.span_context().is_valid() {
            field(BAGGAGE, None);
        }
    }
}
