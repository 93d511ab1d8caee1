//! The parameters that fill a request: one event, or a batch.

use std::borrow::Cow;
use std::sync::Arc;

use opentelemetry::baggage::Baggage;

use crate::propagation::{self, Part, Propagation};
use crate::span::request::SpanRequest;
use crate::support::shield::shielded;
use crate::{Events, LinkedEvent, Origin};

/// An event that may be a [`LinkedEvent`]: one whose `origin` was given can say who it is all the same.
#[derive(Debug)]
pub struct Maybe<'e, E>(pub &'e E);

/// Chosen by autoref: the implementation with the most references of those that hold. A trait of the user's may have a
/// method on every type, so this one's name is ours.
pub trait Identify {
    /// The event, if it is a [`LinkedEvent`].
    fn linked_span_event(&self) -> Option<&dyn LinkedEvent>;
}

impl<E: LinkedEvent> Identify for &Maybe<'_, E> {
    fn linked_span_event(&self) -> Option<&dyn LinkedEvent> {
        Some(self.0)
    }
}

impl<E> Identify for Maybe<'_, E> {
    fn linked_span_event(&self) -> Option<&dyn LinkedEvent> {
        None
    }
}

/// What a handler's span is linked to: one event, or each of a batch, told by the type.
///
/// `Shape` keeps the two implementations apart; it is always inferred.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is neither a `LinkedEvent` nor a batch of them",
    label = "expected a type that implements `LinkedEvent`",
    note = "if the type is yours, write `#[derive(linked_span::LinkedEvent)]` on it, or implement `linked_span::LinkedEvent`",
    note = "if it is not, pass its context in the attribute: `event(origin = linked_span::extract(event.headers()))`",
    note = "if the context is a separate value, use `linked_span::WithOrigin<_>` as the parameter's type, or name the parameter that holds the context",
    note = "for a batch, use a slice, array, `Vec` or `VecDeque` of events, or implement `linked_span::Events`"
)]
pub trait Linked<Shape> {
    /// Links to it as the only parameter.
    fn link(&self, start: &mut SpanRequest);

    /// Links to it as one of several parameters, by its name.
    fn link_as(&self, name: &'static str, start: &mut SpanRequest);

    /// The baggage that the body needs where no span is made.
    fn baggage(&self, propagation: Propagation) -> Option<Arc<Baggage>>;
}

/// One event.
#[derive(Debug)]
pub struct One;

/// A batch.
#[derive(Debug)]
pub struct Many;

#[diagnostic::do_not_recommend]
impl<E: LinkedEvent> Linked<One> for E {
    fn link(&self, start: &mut SpanRequest) {
        if start.makes_span() {
            match self.linked_span_message() {
                Some(message) => start.message(message),
                None => start.one(Some(self), None),
            }
        } else {
            start.baggage = self.baggage(propagation::propagation());
        }
    }

    fn link_as(&self, name: &'static str, start: &mut SpanRequest) {
        start.named(name, Some(self), self.origin());
    }

    #[inline]
    fn baggage(&self, propagation: Propagation) -> Option<Arc<Baggage>> {
        let part = if self.linked_span_is_derived() {
            Part::Baggage
        } else {
            Part::All
        };
        propagation::reading(propagation, part, || self.origin().into_baggage())
    }
}

#[diagnostic::do_not_recommend]
impl<B: Events> Linked<Many> for B {
    fn link(&self, start: &mut SpanRequest) {
        if start.makes_span() {
            match self.linked_span_batch() {
                Some(batch) => start.messages(&batch, self.events()),
                None => start.batch(self.events()),
            }
        }
    }

    fn link_as(&self, name: &'static str, start: &mut SpanRequest) {
        start.named_batch(name, self.events());
    }

    /// The events of a batch have no baggage in common.
    fn baggage(&self, _: Propagation) -> Option<Arc<Baggage>> {
        None
    }
}

/// An event that a span can be a child of.
#[diagnostic::on_unimplemented(
    message = "`parent = event` needs one event, and `{Self}` is not one",
    label = "a span has one parent, and a batch has several producers",
    note = "remove `parent = event`: the span links to each event"
)]
pub trait Single: LinkedEvent {}

#[diagnostic::do_not_recommend]
impl<E: LinkedEvent> Single for E {}

/// What `origin = …` takes.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an origin",
    label = "neither an `Origin` nor `Into<Origin>`",
    note = "for headers, a map or another `linked_span::Carrier`, write `origin = linked_span::extract(&…)`",
    note = "an OpenTelemetry `SpanContext` or `Context`, or an `Option` of one, works directly"
)]
pub trait IntoOrigin: Into<Origin> {}

#[diagnostic::do_not_recommend]
impl<O: Into<Origin>> IntoOrigin for O {}

impl SpanRequest {
    /// The handler's only parameter that is an event or a batch.
    pub fn event<Shape>(&mut self, event: &impl Linked<Shape>) {
        shielded(|| event.link(self));
    }

    /// The handler's only event, for `parent = event`.
    pub fn parent(&mut self, event: &impl Single) {
        self.event(event);
    }

    /// The handler's only event, whose origin the user gave.
    pub fn event_from(&mut self, event: Option<&dyn LinkedEvent>, origin: impl IntoOrigin) {
        let mut origin = Some(origin);
        let mut origin = || origin.take().map(Into::into).unwrap_or_default();
        if self.makes_span() {
            let message = event.map(|event| shielded(|| event.linked_span_message()).flatten());
            if let Some(message) = message.flatten() {
                let origin = shielded(origin).unwrap_or_default();
                let message = message.into_owned().produced_at(origin);
                shielded(|| self.message(Cow::Owned(message)));
            } else {
                shielded(|| self.one(event, Some(&mut origin)));
            }
        } else {
            self.baggage = shielded(origin).and_then(Origin::into_baggage);
        }
    }

    /// One of several parameters.
    pub fn input<Shape>(&mut self, name: &'static str, event: &impl Linked<Shape>) {
        // The attributes that follow are its own, even where it has no link.
        self.last_parameter = self.links.len();
        shielded(|| event.link_as(name, self));
    }

    /// One of several parameters, whose origin the user gave.
    pub fn input_from(
        &mut self,
        name: &'static str,
        event: Option<&dyn LinkedEvent>,
        origin: impl IntoOrigin,
    ) {
        shielded(|| self.named(name, event, origin.into()));
    }
}
