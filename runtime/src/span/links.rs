//! Conversion of an event to its link.

use std::sync::Arc;

use opentelemetry::trace::{Link, SpanContext};
use opentelemetry::{Key, KeyValue, StringValue, Value};

use crate::support::shield::shielded;
use crate::{Attributes, LinkedEvent};

pub(crate) const RELATIONSHIP: &str = "link.relationship";
pub(crate) const EVENT_ID: &str = "event.id";
const EVENT_TYPE: &str = "link.event_type";

/// Returns a property of an event; `None` if the event panics.
#[inline]
pub(crate) fn said(say: impl FnOnce() -> Option<StringValue>) -> Option<StringValue> {
    shielded(say).flatten()
}

/// Returns a link with the event's properties.
///
/// The span of a handler with one event already has them, except the type.
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

/// Sets an attribute on links, and replaces an equal key.
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

/// Returns a value that many links can share without copying its text.
pub(crate) fn shared(value: Value) -> Value {
    match value {
        Value::String(text) => Arc::<str>::from(text.as_str()).into(),
        value => value,
    }
}
