//! Finds the W3C's fields of a carrier in one pass.

use std::sync::Arc;

use opentelemetry::baggage::Baggage;
use opentelemetry::trace::{SpanContext, TraceState};

use super::baggage::{self, BAGGAGE};
use super::one_or_many::OneOrMany;
use super::traceparent::{self, TRACEPARENT};
use super::tracestate::{self, TRACESTATE};
use super::trim::trim;
use crate::Origin;

/// Reads an origin from names and values, with or without its baggage.
#[inline]
pub(in crate::propagation) fn origin_of<'a, N, V>(
    fields: impl Iterator<Item = (&'a N, &'a V)>,
    with_baggage: bool,
) -> Origin
where
    N: AsRef<str> + ?Sized + 'a,
    V: AsRef<[u8]> + ?Sized + 'a,
{
    let mut found = W3cHeaders::default();
    for (name, value) in fields {
        found.add(name.as_ref(), value.as_ref());
    }
    found.origin(with_baggage)
}

/// Reads the baggage alone.
pub(in crate::propagation) fn baggage_of<'a, N, V>(
    fields: impl Iterator<Item = (&'a N, &'a V)>,
) -> Option<Arc<Baggage>>
where
    N: AsRef<str> + ?Sized + 'a,
    V: AsRef<[u8]> + ?Sized + 'a,
{
    let mut fields = fields;
    let (_, first) = fields.find(|(name, _)| is_baggage((*name).as_ref()))?;
    baggage_of_values(first.as_ref(), fields)
}

/// Out of line: most events have no baggage, and the loop that finds none needs no list.
#[inline(never)]
fn baggage_of_values<'a, N, V>(
    first: &'a [u8],
    rest: impl Iterator<Item = (&'a N, &'a V)>,
) -> Option<Arc<Baggage>>
where
    N: AsRef<str> + ?Sized + 'a,
    V: AsRef<[u8]> + ?Sized + 'a,
{
    let mut values = OneOrMany::One(first);
    for (name, value) in rest {
        if is_baggage(name.as_ref()) {
            values.push(value.as_ref());
        }
    }
    read_baggage(&values)
}

#[inline]
fn is_baggage(name: &str) -> bool {
    name.len() == BAGGAGE.len() && name.eq_ignore_ascii_case(BAGGAGE)
}

/// The raw values of a carrier's W3C fields.
#[derive(Default)]
struct W3cHeaders<'a> {
    traceparent: Option<&'a [u8]>,
    tracestate: OneOrMany<'a>,
    baggage: OneOrMany<'a>,
}

impl<'a> W3cHeaders<'a> {
    fn add(&mut self, name: &str, value: &'a [u8]) {
        match name {
            TRACEPARENT => match self.traceparent {
                None => self.traceparent = Some(value),
                Some(known) => self.traceparent = Some(one_of_two(known, value)),
            },
            TRACESTATE => self.tracestate.push(value),
            BAGGAGE => self.baggage.push(value),
            _ => self.add_if_known(name, value),
        }
    }

    /// Out of line: nearly all producers write lowercase names, which the `match` in `add` finds.
    #[inline(never)]
    fn add_if_known(&mut self, name: &str, value: &'a [u8]) {
        let is = |known: &&str| name.eq_ignore_ascii_case(known);
        if let Some(known) = [TRACEPARENT, TRACESTATE, BAGGAGE].into_iter().find(is) {
            self.add(known, value);
        }
    }

    fn origin(&self, with_baggage: bool) -> Origin {
        let baggage = match &self.baggage {
            values @ (OneOrMany::One(_) | OneOrMany::More(_)) if with_baggage => {
                read_baggage(values)
            }
            _ => None,
        };
        Origin::new(self.span_context(), baggage)
    }

    /// Returns no context for a malformed `traceparent`. A malformed `tracestate` loses only the state.
    fn span_context(&self) -> SpanContext {
        let Some((trace_id, span_id, flags)) = self.traceparent.and_then(traceparent::read) else {
            return SpanContext::NONE;
        };
        let state = match &self.tracestate {
            OneOrMany::None => TraceState::NONE,
            values => tracestate::read(values),
        };
        SpanContext::new(trace_id, span_id, flags, true, state)
    }
}

/// Returns the `traceparent` if both are equal, else an invalid one.
///
/// Spring Kafka 3.2 and 3.3 write the same header twice.
#[cold]
fn one_of_two<'a>(one: &'a [u8], other: &[u8]) -> &'a [u8] {
    if trim(one) == trim(other) { one } else { b"" }
}

#[inline(never)]
fn read_baggage(values: &OneOrMany) -> Option<Arc<Baggage>> {
    let baggage = baggage::read(values.iter().copied());
    (!baggage.is_empty()).then(|| Arc::new(baggage))
}
