//! The values of a `tracing` span's fields.

use opentelemetry::{Array, KeyValue, Value};
use tracing::field::{self, DisplayValue, Field, FieldSet, ValueSet};

use super::handler::MOST_FIELDS;

/// Holds values with the places of their fields.
pub(super) struct Values(Vec<(usize, Value)>);

impl Values {
    /// Copies the values whose keys are among the names.
    pub(super) fn of(attributes: &[KeyValue], names: &[&str]) -> Self {
        let mut values = Vec::with_capacity(attributes.len().min(MOST_FIELDS));
        for attribute in attributes {
            let key = attribute.key.as_str();
            if let Some(place) = names.iter().position(|name| *name == key) {
                values.push((place, attribute.value.clone()));
            }
        }
        Self(values)
    }

    /// Calls `then` with the values in `tracing`'s form.
    pub(super) fn with<R>(
        &self,
        set: &FieldSet,
        fields: &[Field],
        then: impl FnOnce(&ValueSet<'_>) -> R,
    ) -> R {
        match self.0.len() {
            0..=4 => self.with_room::<4, R>(set, fields, then),
            5..=8 => self.with_room::<8, R>(set, fields, then),
            _ => self.with_room::<MOST_FIELDS, R>(set, fields, then),
        }
    }

    fn with_room<const ROOM: usize, R>(
        &self,
        set: &FieldSet,
        fields: &[Field],
        then: impl FnOnce(&ValueSet<'_>) -> R,
    ) -> R {
        let plain: [Option<(&Field, Plain<'_>)>; ROOM] = std::array::from_fn(|index| {
            let (place, value) = self.0.get(index)?;
            Some((fields.get(*place)?, Plain::of(value)))
        });
        // This crate's fields are always there, so the first one can pad the rest.
        let Some(padding) = fields.first() else {
            return then(&set.value_set(&[]));
        };
        let values = std::array::from_fn::<_, ROOM, _>(|index| match &plain[index] {
            Some((field, value)) => (*field, Some(value.as_value())),
            None => (padding, None),
        });
        then(&set.value_set(&values))
    }
}

/// Represents a value as one of `tracing`'s types.
enum Plain<'v> {
    Bool(bool),
    Integer(i64),
    Float(f64),
    Text(&'v str),
    List(DisplayValue<&'v Array>),
    Other(DisplayValue<&'v Value>),
}

impl<'v> Plain<'v> {
    fn of(value: &'v Value) -> Self {
        match value {
            Value::Bool(value) => Self::Bool(*value),
            Value::I64(value) => Self::Integer(*value),
            Value::F64(value) => Self::Float(*value),
            Value::String(value) => Self::Text(value.as_str()),
            Value::Array(value) => Self::List(field::display(value)),
            value => Self::Other(field::display(value)),
        }
    }

    fn as_value(&self) -> &dyn field::Value {
        match self {
            Self::Bool(value) => value,
            Self::Integer(value) => value,
            Self::Float(value) => value,
            Self::Text(value) => value,
            Self::List(value) => value,
            Self::Other(value) => value,
        }
    }
}
