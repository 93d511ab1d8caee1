//! The serialized form of a message.

use std::collections::BTreeMap;

use opentelemetry::{Array, Key, KeyValue, Value};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Message;
use super::field::{Field, FieldValue};
use crate::Origin;

/// Writes the system, the fields that are present by name, other attributes, and the origin.
#[derive(Deserialize, Serialize)]
#[serde(rename = "Message")]
struct Stored {
    system: String,
    /// `true` if the handler's attribute named the destination.
    is_named: bool,
    fields: BTreeMap<String, StoredValue>,
    others: Vec<(String, StoredValue)>,
    origin: Origin,
}

/// Has a tag, because a binary format does not describe the type of a value.
#[derive(Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
enum StoredValue {
    Text(String),
    Number(i64),
    Float(f64),
    Flag(bool),
    Texts(Vec<String>),
    Numbers(Vec<i64>),
    Floats(Vec<f64>),
    Flags(Vec<bool>),
}

impl Serialize for Message<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let fields = self.present().filter_map(|(field, value)| {
            let value = StoredValue::of(&value.to_value()?)?;
            Some((field.name().to_owned(), value))
        });
        let others = self.others.iter().filter_map(|other| {
            let value = StoredValue::of(&other.value)?;
            Some((other.key.as_str().to_owned(), value))
        });
        let stored = Stored {
            system: self.system.as_str().to_owned(),
            is_named: self.is_named,
            fields: fields.collect(),
            others: others.collect(),
            origin: self.origin.clone(),
        };
        stored.serialize(serializer)
    }
}

/// A field that this release does not know is left out.
impl<'de> Deserialize<'de> for Message<'_> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let stored = Stored::deserialize(deserializer)?;
        let mut message = Message::new(stored.system);
        message.is_named = stored.is_named;
        message.origin = stored.origin;
        for (name, value) in stored.fields {
            let field = Field::ALL.into_iter().find(|field| field.name() == name);
            if let (Some(field), Some(value)) = (field, value.into_field()) {
                message.fields[field as usize] = Some(value);
            }
        }
        let others = stored.others.into_iter();
        message.others = others
            .map(|(key, value)| KeyValue::new(Key::new(key), value.into_value()))
            .collect();
        Ok(message)
    }
}

impl StoredValue {
    /// Returns `None` for a value that a format may be unable to write: telemetry must not reject the payload.
    fn of(value: &Value) -> Option<Self> {
        Some(match value {
            Value::String(text) => Self::Text(text.as_str().to_owned()),
            Value::I64(number) => Self::Number(*number),
            Value::F64(number) => Self::Float(Some(*number).filter(|number| number.is_finite())?),
            Value::Bool(flag) => Self::Flag(*flag),
            Value::Array(Array::String(texts)) => {
                Self::Texts(texts.iter().map(|text| text.as_str().to_owned()).collect())
            }
            Value::Array(Array::I64(numbers)) => Self::Numbers(numbers.clone()),
            Value::Array(Array::F64(numbers)) => {
                let is_finite = numbers.iter().all(|number| number.is_finite());
                Self::Floats(Some(numbers.clone()).filter(|_| is_finite)?)
            }
            Value::Array(Array::Bool(flags)) => Self::Flags(flags.clone()),
            _ => return None,
        })
    }

    fn into_field(self) -> Option<FieldValue<'static>> {
        Some(match self {
            Self::Text(text) => FieldValue::Text(text.into()),
            Self::Number(number) => FieldValue::Number(number),
            Self::Flag(true) => FieldValue::True,
            _ => return None,
        })
    }

    fn into_value(self) -> Value {
        match self {
            Self::Text(text) => text.into(),
            Self::Number(number) => number.into(),
            Self::Float(number) => number.into(),
            Self::Flag(flag) => flag.into(),
            Self::Texts(texts) => {
                let texts = texts.into_iter().map(Into::into).collect();
                Value::Array(Array::String(texts))
            }
            Self::Numbers(numbers) => Value::Array(Array::I64(numbers)),
            Self::Floats(numbers) => Value::Array(Array::F64(numbers)),
            Self::Flags(flags) => Value::Array(Array::Bool(flags)),
        }
    }
}
