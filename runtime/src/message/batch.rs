//! The shared and the varying fields of a batch of messages.

use opentelemetry::{Key, KeyValue, StringValue, Value};

use super::Message;
use super::field::Field;

/// Holds the fields that are equal in all messages, and those that vary.
pub(crate) struct Shared<'b, 'm> {
    first: Option<&'b Message<'m>>,
    is_equal: [bool; Field::ALL.len()],
    is_present: [bool; Field::ALL.len()],
    has_one_system: bool,
    others: Vec<&'b KeyValue>,
    has_others: bool,
}

impl<'b, 'm> Shared<'b, 'm> {
    /// Compares all readable messages with the first.
    pub(crate) fn of(messages: impl Iterator<Item = &'b Message<'m>>) -> Self
    where
        'm: 'b,
    {
        let mut messages = messages;
        let first = messages.next();
        let mut shared = Self {
            first,
            is_equal: [true; Field::ALL.len()],
            is_present: [false; Field::ALL.len()],
            has_one_system: true,
            others: Vec::new(),
            has_others: false,
        };
        let Some(first) = first else {
            return shared;
        };
        shared.others = first.others.iter().collect();
        shared.has_others = !first.others.is_empty();
        shared.is_present = first.fields.each_ref().map(Option::is_some);
        for message in messages {
            shared.compare(first, message);
        }
        shared
    }

    fn compare(&mut self, first: &Message<'m>, message: &Message<'m>) {
        let fields = first.fields.iter().zip(&message.fields).enumerate();
        for (place, (one, other)) in fields {
            self.is_present[place] |= other.is_some();
            self.is_equal[place] = self.is_equal[place] && one == other;
        }
        self.has_one_system &= first.system.as_str() == message.system.as_str();
        self.has_others |= !message.others.is_empty();
        self.others.retain(|other| message.others.contains(other));
    }

    /// Returns the system, if all messages have the same one.
    pub(crate) fn system(&self) -> Option<&StringValue> {
        let first = self.first.filter(|_| self.has_one_system)?;
        Some(first.system())
    }

    /// Returns the destination of all messages, if the span's name may contain it.
    pub(crate) fn low_cardinality(&self) -> Option<&str> {
        let first = self.first.filter(|_| self.has_one_system)?;
        let is_equal = |field: Field| self.is_equal[field as usize];
        let destination = first.low_cardinality()?;
        let has_template = first.fields[Field::Template as usize].is_some();
        let is_shared = if has_template {
            is_equal(Field::Template)
        } else {
            is_equal(Field::Destination) && is_equal(Field::Template)
        };
        is_shared.then_some(destination)
    }

    /// Visits each attribute that is equal for all messages, for the span.
    pub(crate) fn each_equal(&self, mut visit: impl FnMut(Key, Value)) {
        let Some(first) = self.first else {
            return;
        };
        for (field, value) in first.present() {
            let is_shared = self.has_one_system && self.is_equal[field as usize];
            if let Some(value) = value.to_value().filter(|_| is_shared) {
                visit(field.key(first.system.as_str()), value);
            }
        }
        for other in &self.others {
            visit(other.key.clone(), other.value.clone());
        }
    }

    /// Visits each attribute of a message that varies, for its link.
    pub(crate) fn each_varying(&self, message: &Message<'m>, mut visit: impl FnMut(Key, Value)) {
        if !self.has_one_system {
            visit(
                Key::from_static_str(super::SYSTEM),
                message.system.clone().into(),
            );
        }
        for (place, field) in Field::ALL.iter().enumerate() {
            if !self.is_present[place] || (self.has_one_system && self.is_equal[place]) {
                continue;
            }
            let value = message.fields[place].as_ref();
            if let Some(value) = value.and_then(super::FieldValue::to_value) {
                visit(field.key(message.system.as_str()), value);
            }
        }
        if self.has_others {
            for other in &message.others {
                if !self.others.contains(&other) {
                    visit(other.key.clone(), other.value.clone());
                }
            }
        }
    }
}
