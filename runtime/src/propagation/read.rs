//! Reads an origin from the fields of a carrier.

use opentelemetry::trace::SpanContext;

use super::global_propagator;
use super::propagator::{self, Collecting, Part, Propagation};
use super::w3c::fields;
use crate::Origin;

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
///
/// Where the compiler does not inline it, it costs 16 instructions more, 5 % of a handler without an SDK.
#[expect(clippy::inline_always, reason = "`#[inline]` is not enough")]
#[inline(always)]
pub(crate) fn origin_in<'a, N, V>(fields: impl Iterator<Item = (&'a N, &'a V)>) -> Origin
where
    N: AsRef<str> + ?Sized + 'a,
    V: AsRef<[u8]> + ?Sized + 'a,
{
    let Collecting { propagation, part } = propagator::collecting();
    match (propagation, part) {
        (Propagation::W3c { baggage }, Part::All | Part::BaggageOfMessage) => {
            fields::origin_of(fields, baggage)
        }
        (Propagation::W3c { baggage: true }, Part::Baggage) => fields::baggage_of(fields),
        (Propagation::W3c { baggage: false }, Part::Baggage) => Origin::default(),
        (Propagation::Foreign, _) => global_propagator::extract(fields),
    }
}

/// Copies the part that the caller needs: without a span, the baggage alone.
#[inline]
pub(crate) fn needed(origin: &Origin) -> Origin {
    match propagator::part() {
        Part::All | Part::BaggageOfMessage => origin.clone(),
        Part::Baggage => Origin::new(SpanContext::NONE, origin.shared_baggage()),
    }
}
