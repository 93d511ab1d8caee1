//! From an event to its link.

use opentelemetry::trace::{Link, SpanContext};
use opentelemetry::{KeyValue, StringValue};

use crate::{Attributes, LinkedEvent};

pub(crate) const RELATIONSHIP: &str = "link.relationship";
const EVENT_TYPE: &str = "link.event_type";

/// An event that may be a [`LinkedEvent`]: one whose `origin` was given can say who it is all the same.
#[derive(Debug)]
pub struct Maybe<'e, E>(pub &'e E);

/// Chosen by autoref: the implementation with the most references of those that hold.
pub trait Identify {
    /// The event, if it is a [`LinkedEvent`].
    fn event(&self) -> Option<&dyn LinkedEvent>;
}

impl<E: LinkedEvent> Identify for &Maybe<'_, E> {
    fn event(&self) -> Option<&dyn LinkedEvent> {
        Some(self.0)
    }
}

impl<E> Identify for Maybe<'_, E> {
    fn event(&self) -> Option<&dyn LinkedEvent> {
        None
    }
}

/// The link of a handler's only event; what else the event says stands on the span.
pub(crate) fn of_the_one(context: SpanContext, event_type: Option<StringValue>) -> Link {
    let mut attributes = Attributes::with_capacity(2);
    attributes.push(RELATIONSHIP, "triggered_by");
    if let Some(event_type) = event_type {
        attributes.push(EVENT_TYPE, event_type);
    }
    Link::new(context, attributes.into_vec(), 0)
}

/// Sets an attribute on links that may have it already.
pub(crate) fn set(links: &mut [Link], attribute: &KeyValue) {
    for link in links {
        let mut attributes = Attributes::from_vec(std::mem::take(&mut link.attributes));
        attributes.replace(attribute.clone());
        link.attributes = attributes.into_vec();
    }
}
