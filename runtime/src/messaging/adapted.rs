//! Messages of a client, as events.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use super::reads::{ReadsMany, ReadsOne};
use super::{Adapter, Message};
use crate::event::given::Given;
use crate::origin::SharedBaggage;
use crate::propagation::{BaggageAlone, Propagation, WholeOrigin};
use crate::support::shield::shielded;
use crate::{Attributes, Events, LinkedEvent, Origin};

/// Wraps a parameter that an adapter reads: an event, or a batch of events.
#[doc(hidden)]
pub struct Adapted<'a, A, T: ?Sized, Shape> {
    adapter: &'a A,
    parameter: &'a T,
    given: Given<'a>,
    shape: PhantomData<Shape>,
}

impl<'a, A, T: ?Sized, Shape> Adapted<'a, A, T, Shape> {
    pub(super) fn new(adapter: &'a A, parameter: &'a T, given: Given<'a>) -> Self {
        Self {
            adapter,
            parameter,
            given,
            shape: PhantomData,
        }
    }
}

/// Marks a single message.
#[doc(hidden)]
#[derive(Debug)]
pub struct One<Shape>(Shape);

/// Marks a batch.
#[doc(hidden)]
#[derive(Debug)]
pub struct Many<Shape>(Shape);

impl<A: Adapter<T::Message>, T: ReadsOne<A, Shape> + ?Sized, Shape> LinkedEvent
    for Adapted<'_, A, T, One<Shape>>
{
    #[inline]
    fn origin(&self) -> Origin {
        let message = self.parameter.one();
        message
            .map(|message| self.adapter.headers(message, WholeOrigin))
            .unwrap_or_default()
    }

    fn attributes(&self, attributes: &mut Attributes) {
        if let Some(message) = self.linked_span_message() {
            message.attributes(attributes);
        }
    }

    #[inline]
    fn linked_span_baggage(&self, propagation: Propagation) -> SharedBaggage {
        let message = self.parameter.one()?;
        self.adapter.headers(message, BaggageAlone(propagation))
    }

    fn linked_span_message(&self) -> Option<Cow<'_, Message<'_>>> {
        Some(filled(A::SYSTEM, |message| {
            if let Some(parameter) = self.parameter.one() {
                shielded(|| self.adapter.read(parameter, message));
            }
            self.given.complete(message);
        }))
    }
}

impl<A: Adapter<T::Message>, T: ReadsMany<A, Shape> + ?Sized, Shape> Events
    for Adapted<'_, A, T, Many<Shape>>
{
    fn events(&self) -> impl Iterator<Item = impl LinkedEvent> {
        (0..self.parameter.count()).map(|place| OneOfMany { batch: self, place })
    }

    fn linked_span_batch(&self) -> Option<Message<'_>> {
        let mut message = Message::new(A::SYSTEM);
        self.given.complete(&mut message);
        Some(message)
    }
}

/// Wraps a message of a batch.
struct OneOfMany<'b, A, T: ?Sized, Shape> {
    batch: &'b Adapted<'b, A, T, Many<Shape>>,
    place: usize,
}

impl<A: Adapter<T::Message>, T: ReadsMany<A, Shape> + ?Sized, Shape> LinkedEvent
    for OneOfMany<'_, A, T, Shape>
{
    fn origin(&self) -> Origin {
        let message = self.batch.parameter.at(self.place);
        message
            .map(|message| self.batch.adapter.headers(message, WholeOrigin))
            .unwrap_or_default()
    }

    fn attributes(&self, attributes: &mut Attributes) {
        if let Some(message) = self.linked_span_message() {
            message.attributes(attributes);
        }
    }

    fn linked_span_message(&self) -> Option<Cow<'_, Message<'_>>> {
        let parameter = self.batch.parameter.at(self.place)?;
        let mut is_readable = false;
        let message = filled(A::SYSTEM, |message| {
            is_readable = shielded(|| self.batch.adapter.read(parameter, message)).is_some();
            self.batch.given.complete(message);
        });
        is_readable.then_some(message)
    }
}

/// Fills a message where it is returned: it is large, and each move costs about 75 instructions.
#[inline]
fn filled<'m>(system: &'static str, fill: impl FnOnce(&mut Message<'m>)) -> Cow<'m, Message<'m>> {
    let mut message = Cow::Owned(Message::new(system));
    if let Cow::Owned(message) = &mut message {
        fill(message);
    }
    message
}

impl<A, T: ?Sized, Shape> fmt::Debug for Adapted<'_, A, T, Shape> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Adapted").finish_non_exhaustive()
    }
}
