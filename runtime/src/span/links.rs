//! From an event to its link.

use std::sync::Arc;

use opentelemetry::baggage::Baggage;
use opentelemetry::trace::{Link, SpanContext};
use opentelemetry::{Key, KeyValue, StringValue, Value};

use crate::propagation::{self, Part, Propagation};
use crate::span::request::SpanRequest;
use crate::support::shield::shielded;
use crate::{Attributes, Events, LinkedEvent, Origin};

pub(crate) const RELATIONSHIP: &str = "link.relationship";
pub(crate) const EVENT_ID: &str = "event.id";
const EVENT_TYPE: &str = "link.event_type";

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
    label = "the producer of this cannot be found",
    note = "if the type is yours, write `#[derive(linked_span::LinkedEvent)]` on it, or implement `linked_span::LinkedEvent`",
    note = "if it is not, say in the attribute where its context is: `event(origin = linked_span::extract(event.headers()))`",
    note = "if the context travels beside it, make the parameter a `linked_span::WithOrigin<_>`, or name the parameter that holds the context",
    note = "a batch is a slice, array, `Vec` or `VecDeque` of events, or a type of yours that implements `linked_span::Events`"
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
            start.one(Some(self), &mut || self.origin());
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
            start.batch(self.events());
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
    label = "a span has one parent, and a batch has many producers",
    note = "leave `parent` out: the span is linked to each of them"
)]
pub trait Single: LinkedEvent {}

#[diagnostic::do_not_recommend]
impl<E: LinkedEvent> Single for E {}

/// What `origin = …` takes.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an origin",
    label = "neither an `Origin` nor `Into<Origin>`",
    note = "of headers, a map, or what else is a `linked_span::Carrier`, write `origin = linked_span::extract(&…)`",
    note = "an OpenTelemetry `SpanContext` or `Context`, or an `Option` of one, can be given as it is"
)]
pub trait IntoOrigin: Into<Origin> {}

#[diagnostic::do_not_recommend]
impl<O: Into<Origin>> IntoOrigin for O {}

/// What an event says of itself; nothing, where it panics.
#[inline]
pub(crate) fn said(say: impl FnOnce() -> Option<StringValue>) -> Option<StringValue> {
    shielded(say).flatten()
}

/// A link with what its event says of itself. A handler's only event says it on the span, but for its type.
#[inline]
pub(crate) fn describing(
    context: SpanContext,
    relationship: Option<Value>,
    event: Option<&dyn LinkedEvent>,
    event_type: Option<StringValue>,
) -> Link {
    let mut attributes = Attributes::with_capacity(3);
    if let Some(relationship) = relationship {
        attributes.push(RELATIONSHIP, relationship);
    }
    if let Some(id) = event.and_then(|event| said(|| event.id())) {
        attributes.push(EVENT_ID, id);
    }
    if let Some(event_type) = event_type {
        attributes.push(EVENT_TYPE, event_type);
    }
    if let Some(event) = event {
        shielded(|| event.attributes(&mut attributes));
    }
    Link::new(context, attributes.into_vec(), 0)
}

/// Sets an attribute on links that may have it already.
pub(crate) fn set(links: &mut [Link], key: Key, value: Value) {
    let value = if links.len() > 1 {
        shared(value)
    } else {
        value
    };
    let attribute = KeyValue::new(key, value);
    for link in links {
        let mut attributes = Attributes::from_vec(std::mem::take(&mut link.attributes));
        attributes.replace(attribute.clone());
        link.attributes = attributes.into_vec();
    }
}

/// A value that many links can have without a copy of its text for each.
pub(crate) fn shared(value: Value) -> Value {
    match value {
        Value::String(text) => Arc::<str>::from(text.as_str()).into(),
        value => value,
    }
}
