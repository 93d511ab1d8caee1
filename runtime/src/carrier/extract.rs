//! From a carrier to an origin.

use super::Carrier;
use crate::Origin;
use crate::propagation::{self, Part};
use crate::support::shield::shielded;

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
/// [`set_text_map_propagator`](crate::set_text_map_propagator) lets every thread know at once.
pub fn extract(carrier: &(impl Carrier + ?Sized)) -> Origin {
    let extracted = shielded(|| match propagation::part() {
        Part::All => carrier.origin(),
        // The user's code, called for a handler without a span.
        Part::Baggage => {
            propagation::reading(propagation::propagation(), Part::All, || carrier.origin())
        }
    });
    extracted.unwrap_or_default()
}
