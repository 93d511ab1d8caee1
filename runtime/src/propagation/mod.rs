//! Reads origins from carriers, and writes the active context into carriers.

mod global_propagator;
mod propagator;
mod sdk_propagators;
mod w3c;

use opentelemetry::Context;
use opentelemetry::baggage::BaggageExt;
use opentelemetry::trace::TraceContextExt;

use self::propagator::Collecting;
pub use self::propagator::set_text_map_propagator;
pub(crate) use self::propagator::{Part, Propagation, part, propagation, propagation_at, reading};
use self::w3c::baggage::BAGGAGE;
use self::w3c::traceparent::TRACEPARENT;
use self::w3c::tracestate::TRACESTATE;
use self::w3c::{fields, traceparent, tracestate};
use crate::support::ambient;
use crate::support::shield::shielded;
use crate::{Carrier, CarrierMut, Origin};

/// Reads the producer's context from a carrier, such as a message's headers.
///
/// ```
/// use linked_span::extract;
///
/// let headers = [("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")];
/// let origin = extract(&headers);
/// assert_eq!(origin.span_context().span_id().to_string(), "00f067aa0ba902b7");
/// ```
///
/// The global propagator decides which fields are read. Without one, the crate reads the W3C's
/// [`traceparent` and `tracestate`](https://www.w3.org/TR/trace-context-1/) and [`baggage`](https://www.w3.org/TR/baggage/).
///
/// The W3C's fields are read strictly, with names in any letter case:
///
/// - A missing or malformed context yields an origin without a span context, never the active context. So do two different
///   `traceparent`s, and a carrier or propagator that panics.
/// - Equal `traceparent`s count as one.
/// - If a key repeats in `tracestate`, the first member is kept.
/// - Several `baggage` fields are one list.
///
/// # When the strict reader applies
///
/// The crate's strict reader applies if no propagator is installed, and replaces the SDK's `TraceContextPropagator`, alone or
/// in a `TextMapCompositePropagator` with the SDK's `BaggagePropagator`. Any other propagator is called, even one that
/// reads the same fields.
///
/// In a composite with B3, for example, the SDK's reader reads the W3C's fields. It is less strict: it accepts
/// `00-a-b-01-`, and takes the first of two different `traceparent`s.
///
/// Threads notice a propagator installed through OpenTelemetry within a millisecond. [`set_text_map_propagator`] reaches
/// every thread at once.
pub fn extract(carrier: &(impl Carrier + ?Sized)) -> Origin {
    let extracted = shielded(|| match part() {
        Part::All => carrier.origin(),
        // This carrier is user code, which may need more than the baggage.
        Part::Baggage => reading(propagation(), Part::All, || carrier.origin()),
    });
    extracted.unwrap_or_default()
}

/// Writes the active context into a carrier, such as a message's headers.
///
/// ```
/// use std::collections::HashMap;
///
/// let mut headers: HashMap<String, String> = HashMap::new();
/// linked_span::inject(&mut headers);
/// assert!(headers.is_empty());        // no span was active
/// ```
///
/// The global propagator decides which fields are written. Without one, the crate writes `traceparent`, `tracestate` and
/// `baggage`. A written field replaces fields of the same name in any letter case. Empty fields are not written. If the
/// carrier or the propagator panics, the fields written before the panic remain.
///
/// With an active span, other fields of the propagator are removed, so that no `tracestate`, `baggage` or `x-b3-flags` of an
/// earlier hop remains. Without an active span, no context is written and a forwarded one remains; the active baggage is
/// still written.
pub fn inject(carrier: &mut (impl CarrierMut + ?Sized)) {
    // OpenTelemetry borrows the current context in `map_current`: a carrier that attaches one would panic in there.
    let Some(context) = ambient::current() else {
        return;
    };
    shielded(|| match propagator::propagation() {
        Propagation::W3c { baggage } => inject_w3c(&context, baggage, carrier),
        Propagation::Foreign => global_propagator::inject(&context, carrier),
    });
}

fn inject_w3c(context: &Context, with_baggage: bool, carrier: &mut (impl CarrierMut + ?Sized)) {
    let span = context.span();
    if span.span_context().is_valid() {
        carrier.set(TRACEPARENT, traceparent::write(span.span_context()));
        // A `tracestate` of an earlier hop does not belong to the new `traceparent`.
        match tracestate::write(span.span_context()) {
            Some(state) => carrier.set(TRACESTATE, state),
            None => carrier.remove(TRACESTATE),
        }
    }
    if with_baggage {
        // Baggage is written without a span too. The baggage of an earlier hop is removed only together with its context.
        if !context.baggage().is_empty() {
            carrier.set(BAGGAGE, context.baggage().to_string());
        } else if span.span_context().is_valid() {
            carrier.remove(BAGGAGE);
        }
    }
}

/// Reads an origin from names and values, with the installed propagator.
pub(crate) fn origin_of<'a, N, V>(fields: impl Iterator<Item = (&'a N, &'a V)>) -> Origin
where
    N: AsRef<str> + ?Sized + 'a,
    V: AsRef<[u8]> + ?Sized + 'a,
{
    match propagator::propagation() {
        Propagation::W3c { baggage } => fields::origin_of(fields, baggage),
        Propagation::Foreign => global_propagator::extract(fields),
    }
}

/// As [`origin_of`], for the crate's own carriers: reads only the baggage if the caller needs no more.
#[inline]
pub(crate) fn origin_in<'a, N, V>(fields: impl Iterator<Item = (&'a N, &'a V)>) -> Origin
where
    N: AsRef<str> + ?Sized + 'a,
    V: AsRef<[u8]> + ?Sized + 'a,
{
    let Collecting { propagation, part } = propagator::collecting();
    match (propagation, part) {
        (Propagation::W3c { baggage }, Part::All) => fields::origin_of(fields, baggage),
        (Propagation::W3c { baggage: true }, Part::Baggage) => fields::baggage_of(fields),
        (Propagation::W3c { baggage: false }, Part::Baggage) => Origin::default(),
        (Propagation::Foreign, _) => global_propagator::extract(fields),
    }
}

/// As [`origin_of`], for a serialized [`Origin`], which always has the W3C's fields.
#[cfg(feature = "serde")]
pub(crate) fn origin_of_w3c<'a>(fields: impl Iterator<Item = (&'a str, &'a str)>) -> Origin {
    fields::origin_of(fields, true)
}

/// Returns the fields of a serialized origin by name; `None` for fields without a value.
#[cfg(feature = "serde")]
pub(crate) fn w3c_fields(origin: &Origin) -> [(&'static str, Option<String>); 3] {
    let context = Some(origin.span_context()).filter(|context| context.is_valid());
    [
        (TRACEPARENT, context.map(traceparent::write)),
        (TRACESTATE, context.and_then(tracestate::write)),
        (BAGGAGE, origin.baggage().map(ToString::to_string)),
    ]
}

/// Removes the surrounding whitespace, which the W3C allows.
fn trim(mut value: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] | [rest @ .., b' ' | b'\t'] = value {
        value = rest;
    }
    value
}
