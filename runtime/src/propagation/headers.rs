//! What a handler reads of a message's headers.

use std::sync::Arc;

use opentelemetry::baggage::Baggage;

use super::hop::{Repeated, origin_of_hop};
use super::propagator::{self, Part, Propagation};
use super::read::{baggage_in, origin_in};
use crate::Origin;

/// Reads headers: the whole origin, or its baggage alone.
///
/// A handler without a span needs the baggage alone. An `Arc` is returned in a register, but an [`Origin`] in memory.
#[doc(hidden)]
pub trait ReadHeaders: Copy {
    /// The part that is read.
    type Part: Default;

    /// Reads all fields.
    fn fields<'a>(self, fields: impl Iterator<Item = (&'a str, &'a [u8])>) -> Self::Part;

    /// Reads the fields of the first or the last hop, and all baggage.
    fn hop<'a, I>(self, repeated: Repeated, fields: impl Fn() -> I) -> Self::Part
    where
        I: Iterator<Item = (&'a str, &'a [u8])>;

    /// Reads the origin that a function of the user returns.
    fn described(self, describe: impl FnOnce() -> Origin) -> Self::Part;
}

/// Reads the whole origin.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct WholeOrigin;

/// Reads the baggage alone.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BaggageAlone(pub(crate) Propagation);

impl ReadHeaders for WholeOrigin {
    type Part = Origin;

    fn fields<'a>(self, fields: impl Iterator<Item = (&'a str, &'a [u8])>) -> Origin {
        origin_in(propagator::propagation(), fields)
    }

    fn hop<'a, I>(self, repeated: Repeated, fields: impl Fn() -> I) -> Origin
    where
        I: Iterator<Item = (&'a str, &'a [u8])>,
    {
        origin_of_hop(propagator::propagation(), repeated, fields)
    }

    fn described(self, describe: impl FnOnce() -> Origin) -> Origin {
        describe()
    }
}

impl ReadHeaders for BaggageAlone {
    type Part = Option<Arc<Baggage>>;

    #[inline]
    fn fields<'a>(self, fields: impl Iterator<Item = (&'a str, &'a [u8])>) -> Self::Part {
        baggage_in(self.0, fields)
    }

    #[inline]
    fn hop<'a, I>(self, repeated: Repeated, fields: impl Fn() -> I) -> Self::Part
    where
        I: Iterator<Item = (&'a str, &'a [u8])>,
    {
        match self.0 {
            // The baggage of all hops is merged.
            Propagation::W3c { .. } => baggage_in(self.0, fields()),
            Propagation::Foreign => origin_of_hop(self.0, repeated, fields).into_baggage(),
        }
    }

    fn described(self, describe: impl FnOnce() -> Origin) -> Self::Part {
        propagator::reading(self.0, Part::Baggage, describe).into_baggage()
    }
}
