//! From the fields that an event carries to its origin.

use opentelemetry::trace::SpanContext;

use super::global_propagator;
use super::installed::{self, Collecting, Part, Propagation};
use super::w3c::fields;
use crate::Origin;

/// The origin that names and values describe, by the installed propagator.
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

/// Copies what is needed of an origin: the baggage alone, where no span is made.
#[inline]
pub(crate) fn needed(origin: &Origin) -> Origin {
    match installed::part() {
        Part::All => origin.clone(),
        Part::Baggage => Origin::new(SpanContext::NONE, origin.shared_baggage()),
    }
}
