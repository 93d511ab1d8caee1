//! From carriers to origins, and from the active context to carriers.

mod global_propagator;
mod installed;
mod recognized;
mod w3c;

use opentelemetry::Context;
use opentelemetry::baggage::BaggageExt;
use opentelemetry::trace::TraceContextExt;

use self::installed::Collecting;
pub use self::installed::set_text_map_propagator;
pub(crate) use self::installed::{Part, Propagation, part, propagation, propagation_at, reading};
use self::w3c::baggage::BAGGAGE;
use self::w3c::traceparent::TRACEPARENT;
use self::w3c::tracestate::TRACESTATE;
use self::w3c::{fields, traceparent, tracestate};
use crate::support::ambient;
use crate::support::shield::shielded;
use crate::{Carrier, CarrierMut, Origin};

/// Reads the producer's context from a carrier: from a message's headers, from an event's metadata.
///
/// ```
/// use linked_span::extract;
///
/// let headers = [("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")];
/// let origin = extract(&headers);
/// assert_eq!(origin.span_context().span_id().to_string(), "00f067aa0ba902b7");
/// ```
///
/// The global propagator decides what is read: [the W3C's](https://www.w3.org/TR/trace-context-1/) `traceparent` and
/// `tracestate`, and [`baggage`](https://www.w3.org/TR/baggage/) if it knows that, or what a propagator for B3 or X-Ray
/// looks for. If none is installed, where OpenTelemetry would read nothing, it is the W3C's three.
///
/// The W3C's fields are read strictly, in names of any case. A context that is missing or broken gives an origin without
/// one, and never the active context. So do two different `traceparent`s, and a carrier or a propagator that panics. Equal
/// `traceparent`s count as one. Of a `tracestate` with a repeated key, the first member is kept. Several `baggage` fields
/// are one list.
///
/// # Which reader reads
///
/// The strict reader is this crate's. It replaces the SDK's `TraceContextPropagator`, alone or in a
/// `TextMapCompositePropagator` with the SDK's `BaggagePropagator`, and reads where none is installed.
/// Every other propagator is called: one of yours with the fields of the W3C, a wrapper around the SDK's.
/// In a composite with B3, for example, the SDK's reader reads the W3C's fields. That reader is less strict: it accepts
/// `00-a-b-01-`, and the first of two different `traceparent`s.
///
/// A propagator that was just given to OpenTelemetry is called after a millisecond at the latest;
/// [`set_text_map_propagator`] lets every thread know at once.
pub fn extract(carrier: &(impl Carrier + ?Sized)) -> Origin {
    let extracted = shielded(|| match part() {
        Part::All => carrier.origin(),
        // The user's code, called for a handler without a span.
        Part::Baggage => reading(propagation(), Part::All, || carrier.origin()),
    });
    extracted.unwrap_or_default()
}

/// Writes the active context into a carrier, for whoever will handle the event.
///
/// ```
/// use std::collections::HashMap;
///
/// let mut headers: HashMap<String, String> = HashMap::new();
/// linked_span::inject(&mut headers);
/// assert!(headers.is_empty());        // no span was active
/// ```
///
/// What the global propagator writes, or, if none is installed, `traceparent`, `tracestate` and `baggage`. A field of
/// the same name is replaced, in any case of its letters, and no field is written empty. If the carrier or the propagator
/// panics, the fields that were written before stay.
///
/// With an active span, all fields of the propagator are replaced: one that it does not write now is removed, so that no
/// `tracestate`, `baggage` or `x-b3-flags` of an earlier hop stays beside the new context. Without an active span no
/// context is written, and a forwarded one stays; the active baggage is still written.
pub fn inject(carrier: &mut (impl CarrierMut + ?Sized)) {
    // A clone: in a borrow of the current context, a carrier that opens another would panic.
    let Some(context) = ambient::current() else {
        return;
    };
    shielded(|| match installed::propagation() {
        Propagation::W3c { baggage } => inject_w3c(&context, baggage, carrier),
        Propagation::Foreign => global_propagator::inject(&context, carrier),
    });
}

fn inject_w3c(context: &Context, with_baggage: bool, carrier: &mut (impl CarrierMut + ?Sized)) {
    let span = context.span();
    if span.span_context().is_valid() {
        carrier.set(TRACEPARENT, traceparent::write(span.span_context()));
        // The state belongs to the context: one of an earlier hop must not stay beside the new `traceparent`.
        match tracestate::write(span.span_context()) {
            Some(state) => carrier.set(TRACESTATE, state),
            None => carrier.remove(TRACESTATE),
        }
    }
    if with_baggage {
        // Baggage is written without a span too. An earlier hop's only goes when its context does.
        if !context.baggage().is_empty() {
            carrier.set(BAGGAGE, context.baggage().to_string());
        } else if span.span_context().is_valid() {
            carrier.remove(BAGGAGE);
        }
    }
}

/// The origin that names and values describe, to whatever propagator is installed.
pub(crate) fn origin_of<'a, N, V>(fields: impl Iterator<Item = (&'a N, &'a V)>) -> Origin
where
    N: AsRef<str> + ?Sized + 'a,
    V: AsRef<[u8]> + ?Sized + 'a,
{
    match installed::propagation() {
        Propagation::W3c { baggage } => fields::origin_of(fields, baggage),
        Propagation::Foreign => global_propagator::extract(fields),
    }
}

/// As [`origin_of`], for a carrier of this crate: only the baggage, where nothing else is needed.
#[inline]
pub(crate) fn origin_in<'a, N, V>(fields: impl Iterator<Item = (&'a N, &'a V)>) -> Origin
where
    N: AsRef<str> + ?Sized + 'a,
    V: AsRef<[u8]> + ?Sized + 'a,
{
    let Collecting { propagation, part } = installed::collecting();
    match (propagation, part) {
        (Propagation::W3c { baggage }, Part::All) => fields::origin_of(fields, baggage),
        (Propagation::W3c { baggage: true }, Part::Baggage) => fields::baggage_of(fields),
        (Propagation::W3c { baggage: false }, Part::Baggage) => Origin::default(),
        (Propagation::Foreign, _) => global_propagator::extract(fields),
    }
}

/// As [`origin_of`], for what is the W3C's whatever is installed: a serialized [`Origin`].
#[cfg(feature = "serde")]
pub(crate) fn origin_of_w3c<'a>(fields: impl Iterator<Item = (&'a str, &'a str)>) -> Origin {
    fields::origin_of(fields, true)
}

/// The fields that an origin is serialized as, by their names; `None` for those there is nothing to say of.
#[cfg(feature = "serde")]
pub(crate) fn w3c_fields(origin: &Origin) -> [(&'static str, Option<String>); 3] {
    let context = Some(origin.span_context()).filter(|context| context.is_valid());
    [
        (TRACEPARENT, context.map(traceparent::write)),
        (TRACESTATE, context.and_then(tracestate::write)),
        (BAGGAGE, origin.baggage().map(ToString::to_string)),
    ]
}

/// Without the whitespace around it, which the W3C allows.
fn trim(mut value: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] | [rest @ .., b' ' | b'\t'] = value {
        value = rest;
    }
    value
}
