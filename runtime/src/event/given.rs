//! What the attribute says of messages, and they do not say themselves.

use std::fmt;

use opentelemetry::{StringValue, Value};

use crate::AttributeValue;
use crate::message::Message;

/// What the handler's attribute says of its messages, and they do not say themselves.
#[doc(hidden)]
#[derive(Clone, Copy, Default)]
pub struct Given<'g> {
    /// `system = …`
    pub system: Option<&'g dyn AttributeValue>,
    /// `destination = …`
    pub destination: Option<&'g dyn AttributeValue>,
    /// `template = …`
    pub template: Option<&'g dyn AttributeValue>,
    /// `group = …`
    pub group: Option<&'g dyn AttributeValue>,
}

impl Given<'_> {
    /// Adds what is given to the message.
    #[inline]
    pub(crate) fn complete(&self, message: &mut Message<'_>) {
        if let Some(system) = text(self.system) {
            message.set_system(system);
        }
        if let Some(destination) = text(self.destination) {
            message.set_named(destination);
        }
        if let Some(template) = text(self.template) {
            message.set_template(template);
        }
        if let Some(group) = text(self.group) {
            message.set_group(group);
        }
    }
}

/// A text, or what is written like one.
#[inline]
pub(crate) fn text(value: Option<&dyn AttributeValue>) -> Option<StringValue> {
    text_of(value?)
}

fn text_of(value: &dyn AttributeValue) -> Option<StringValue> {
    let text = match value.to_value()? {
        Value::String(text) => text,
        other => other.to_string().into(),
    };
    (!text.as_str().is_empty()).then_some(text)
}

impl fmt::Debug for Given<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Given").finish_non_exhaustive()
    }
}
