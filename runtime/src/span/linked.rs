//! The parameters that fill a request: one event, or a batch.

use std::borrow::Cow;

use crate::origin::SharedBaggage;
use crate::propagation::{self, Propagation};
use crate::span::request::SpanRequest;
use crate::support::shield::shielded;
use crate::{Events, LinkedEvent, Origin};

/// Wraps an event that may be a [`LinkedEvent`].
///
/// An event with `origin = …` may still implement the trait, and then describes itself.
#[derive(Debug)]
pub struct Maybe<'e, E>(pub &'e E);

/// Finds the event's own description by autoref: the implementation with the most references wins.
///
/// The method's name has a prefix, because a trait of the user may have a method on every type.
pub trait Identify {
    /// Returns the event, if it is a [`LinkedEvent`].
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

/// Provides the links of a handler's span: of one event, or of each event in a batch.
///
/// The type of the parameter decides. `Shape` distinguishes the two implementations; rustc always infers it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is neither a `LinkedEvent` nor a batch of them",
    label = "expected a type that implements `LinkedEvent`",
    note = "if the type is yours, write `#[derive(linked_span::LinkedEvent)]` on it, or implement `linked_span::LinkedEvent`",
    note = "for a message of a broker, name its client in the attribute, for example `message(rdkafka)`: the page of `linked_span::messaging` lists the clients",
    note = "otherwise pass its context in the attribute: `event(origin = linked_span::extract(event.headers()))`",
    note = "if the context is a separate value, use `linked_span::WithOrigin<_>` as the parameter's type, or name the parameter that holds the context",
    note = "for a batch, use a slice, array, `Vec` or `VecDeque` of events, or implement `linked_span::Events`"
)]
pub trait Linked<Shape> {
    /// Adds the link of the only parameter.
    fn link(&self, start: &mut SpanRequest);

    /// Adds the link of one of several parameters, by its name.
    fn link_as(&self, name: &'static str, start: &mut SpanRequest);

    /// Returns the baggage that a body without a span needs.
    fn baggage(&self, propagation: Propagation) -> SharedBaggage;
}

/// Marks a single event.
#[derive(Debug)]
pub struct One;

/// Marks a batch.
#[derive(Debug)]
pub struct Many;

#[diagnostic::do_not_recommend]
impl<E: LinkedEvent> Linked<One> for E {
    fn link(&self, start: &mut SpanRequest) {
        if start.makes_span() {
            // A message is large, so it is not moved out.
            match &mut self.linked_span_message() {
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
    fn baggage(&self, propagation: Propagation) -> SharedBaggage {
        self.linked_span_baggage(propagation)
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

    /// Returns `None`, because the events of a batch share no baggage.
    fn baggage(&self, _: Propagation) -> SharedBaggage {
        None
    }
}

/// Marks an event that can be the parent of a span.
#[diagnostic::on_unimplemented(
    message = "`parent = event` needs one event, and `{Self}` is not one",
    label = "a span has one parent, and a batch has several producers",
    note = "remove `parent = event`: the span links to each event"
)]
pub trait Single: LinkedEvent {}

#[diagnostic::do_not_recommend]
impl<E: LinkedEvent> Single for E {}

/// Converts the value of `origin = …`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an origin",
    label = "neither an `Origin` nor `Into<Origin>`",
    note = "for headers, a map or another `linked_span::Carrier`, write `origin = linked_span::extract(&…)`",
    note = "for the names and values of other headers, write `origin = linked_span::Origin::from_fields(…)`",
    note = "an OpenTelemetry `SpanContext` or `Context`, or an `Option` of one, works directly"
)]
pub trait IntoOrigin: Into<Origin> {}

#[diagnostic::do_not_recommend]
impl<O: Into<Origin>> IntoOrigin for O {}

impl SpanRequest {
    /// Links to the only parameter that is an event or a batch.
    pub fn event<Shape>(&mut self, event: &impl Linked<Shape>) {
        shielded(|| event.link(self));
    }

    /// Sets the only event as the parent, for `parent = event`.
    pub fn parent(&mut self, event: &impl Single) {
        self.event(event);
    }

    /// Links to the only event, whose origin the user gave.
    pub fn event_from(&mut self, event: Option<&dyn LinkedEvent>, origin: impl IntoOrigin) {
        let mut origin = Some(origin);
        let mut origin = || origin.take().map(Into::into).unwrap_or_default();
        if self.makes_span() {
            let message = event.map(|event| shielded(|| event.linked_span_message()).flatten());
            if let Some(message) = message.flatten() {
                let origin = shielded(origin).unwrap_or_default();
                let message = message.into_owned().produced_at(origin);
                shielded(|| self.message(&mut Cow::Owned(message)));
            } else {
                shielded(|| self.one(event, Some(&mut origin)));
            }
        } else {
            self.baggage = shielded(origin).and_then(Origin::into_baggage);
        }
    }

    /// Links to one of several parameters.
    pub fn input<Shape>(&mut self, name: &'static str, event: &impl Linked<Shape>) {
        // The following attributes belong to this parameter, even if it has no link.
        self.last_parameter = self.links.len();
        shielded(|| event.link_as(name, self));
    }

    /// Links to one of several parameters, whose origin the user gave.
    pub fn input_from(
        &mut self,
        name: &'static str,
        event: Option<&dyn LinkedEvent>,
        origin: impl IntoOrigin,
    ) {
        shielded(|| self.named(name, event, origin.into()));
    }
}
