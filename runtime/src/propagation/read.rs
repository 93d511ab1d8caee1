//! Reads an origin from the fields of a carrier.

use std::sync::Arc;

use opentelemetry::baggage::Baggage;

use super::global_propagator;
use super::propagator::{self, Propagation};
use super::w3c::fields;
use crate::Origin;

/// Reads an origin from names and values, with the installed propagator.
#[inline]
pub(crate) fn origin_of<'a, N, V>(fields: impl Iterator<Item = (&'a N, &'a V)>) -> Origin
where
    N: AsRef<str> + ?Sized + 'a,
    V: AsRef<[u8]> + ?Sized + 'a,
{
    origin_in(propagator::propagation(), fields)
}

/// As [`origin_of`], with a known propagation.
#[inline]
pub(super) fn origin_in<'a, N, V>(
    propagation: Propagation,
    fields: impl Iterator<Item = (&'a N, &'a V)>,
) -> Origin
where
    N: AsRef<str> + ?Sized + 'a,
    V: AsRef<[u8]> + ?Sized + 'a,
{
    match propagation {
        Propagation::W3c { baggage } => fields::origin_of(fields, baggage),
        Propagation::Foreign => global_propagator::extract(fields),
    }
}

/// Reads the baggage alone, for a handler without a span. Without baggage this allocates nothing.
#[inline]
pub(crate) fn baggage_in<'a, N, V>(
    propagation: Propagation,
    fields: impl Iterator<Item = (&'a N, &'a V)>,
) -> Option<Arc<Baggage>>
where
    N: AsRef<str> + ?Sized + 'a,
    V: AsRef<[u8]> + ?Sized + 'a,
{
    match propagation {
        Propagation::W3c { baggage: true } => fields::baggage_of(fields),
        Propagation::W3c { baggage: false } => None,
        Propagation::Foreign => global_propagator::extract(fields).into_baggage(),
    }
}
