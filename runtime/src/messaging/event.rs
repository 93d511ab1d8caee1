//! A message as an event.

use std::borrow::Cow;

use super::Message;
use crate::origin::SharedBaggage;
use crate::propagation::Propagation;
use crate::{Attributes, LinkedEvent, Origin, message};

impl LinkedEvent for Message<'_> {
    fn origin(&self) -> Origin {
        self.origin_ref().clone()
    }

    /// Adds the system, and each field of the message.
    fn attributes(&self, attributes: &mut Attributes) {
        attributes.set(message::SYSTEM, self.system());
        self.each_field(|key, value| attributes.set(key, value));
        for other in self.others() {
            attributes.replace(other.clone());
        }
    }

    fn linked_span_baggage(&self, _: Propagation) -> SharedBaggage {
        self.origin_ref().shared_baggage()
    }

    fn linked_span_message(&self) -> Option<Cow<'_, Message<'_>>> {
        Some(Cow::Borrowed(self))
    }
}
