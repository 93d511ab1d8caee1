//! A message as an event.

use std::borrow::Cow;

use super::Message;
use crate::{Attributes, LinkedEvent, Origin, message, propagation};

impl LinkedEvent for Message<'_> {
    fn origin(&self) -> Origin {
        propagation::needed(self.origin_ref())
    }

    /// Adds the system, and each field of the message.
    fn attributes(&self, attributes: &mut Attributes) {
        attributes.set(message::SYSTEM, self.system());
        self.each_field(|key, value| attributes.set(key, value));
        for other in self.others() {
            attributes.replace(other.clone());
        }
    }

    fn linked_span_is_derived(&self) -> bool {
        true
    }

    fn linked_span_message(&self) -> Option<Cow<'_, Message<'_>>> {
        Some(Cow::Borrowed(self))
    }
}
