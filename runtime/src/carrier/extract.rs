//! Reads an origin from a carrier.

use opentelemetry::trace::SpanContext;

use super::CarrierRef;
use crate::Origin;
use crate::propagation::{self, Part};
use crate::support::shield::shielded;

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
/// Headers that may be missing are a carrier too: `extract(message.headers())` takes an `Option<&_>`.
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
/// Threads notice a propagator installed through OpenTelemetry within a millisecond. [`set_text_map_propagator`](crate::set_text_map_propagator) reaches
/// every thread at once.
#[allow(
    clippy::needless_pass_by_value,
    reason = "references and `Option`s of references are carriers"
)]
pub fn extract(carrier: impl CarrierRef) -> Origin {
    shielded(|| carrier.origin()).unwrap_or_default()
}

/// Reads the origin of a message: the baggage alone if the handler has no span.
#[inline]
pub(crate) fn extract_of_message(carrier: impl CarrierRef) -> Origin {
    if propagation::part() == Part::All {
        return extract(carrier);
    }
    let propagation = propagation::propagation();
    let baggage = shielded(|| carrier.linked_span_baggage(propagation));
    Origin::new(SpanContext::NONE, baggage.flatten())
}
