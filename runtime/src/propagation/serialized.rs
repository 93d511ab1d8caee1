//! Serialization of an [`Origin`] as a field of an event.

use std::borrow::Cow;
use std::fmt;

use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor,
};
use serde::ser::{Serialize, SerializeMap, SerializeStruct, Serializer};

use super::w3c::baggage::BAGGAGE;
use super::w3c::fields;
use super::w3c::traceparent::{self, TRACEPARENT};
use super::w3c::tracestate::{self, TRACESTATE};
use crate::Origin;

/// The largest number of known fields to keep. More repetitions than this are not an origin.
const MAX_FIELDS: usize = 64;

/// The largest field to keep, in bytes. The longest valid one is percent-encoded baggage, at three times 8192 bytes.
const MAX_FIELD_LENGTH: usize = 32 * 1024;

const FIELDS: [&str; 3] = [TRACEPARENT, TRACESTATE, BAGGAGE];

/// Returns the fields that an origin is serialized as; `None` for those it does not have.
fn fields_of(origin: &Origin) -> [(&'static str, Option<String>); 3] {
    let context = Some(origin.span_context()).filter(|context| context.is_valid());
    [
        (TRACEPARENT, context.map(traceparent::write)),
        (TRACESTATE, context.and_then(tracestate::write)),
        (BAGGAGE, origin.baggage().map(ToString::to_string)),
    ]
}

/// Writes a map without empty entries. Binary formats get all three fields, because a reader must know their number.
impl Serialize for Origin {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let fields = fields_of(self);
        if !serializer.is_human_readable() {
            return serializer.serialize_some(&All(&fields));
        }
        let present = fields.iter().filter(|(_, value)| value.is_some()).count();
        let mut map = serializer.serialize_map(Some(present))?;
        for (name, value) in &fields {
            if let Some(value) = value {
                map.serialize_entry(name, value)?;
            }
        }
        map.end()
    }
}

struct All<'a>(&'a [(&'static str, Option<String>); 3]);

impl Serialize for All<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut origin = serializer.serialize_struct("Origin", FIELDS.len())?;
        for (name, value) in self.0 {
            origin.serialize_field(name, value.as_deref().unwrap_or_default())?;
        }
        origin.end()
    }
}

impl<'de> Deserialize<'de> for Origin {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // With `deserialize_option`, serde accepts a missing field even without `#[serde(default)]`.
        deserializer.deserialize_option(OriginVisitor)
    }
}

/// Accepts any value in the place of an origin: a malformed one must not make the event unreadable.
struct OriginVisitor;

/// Implements visitor methods that accept a value of another type, and return `$nothing`.
macro_rules! instead {
    ($nothing:expr => $($visit:ident($($type:ty)?),)*) => { $(
        fn $visit<E>(self, $(_: $type)?) -> Result<Self::Value, E> {
            Ok($nothing)
        }
    )* };
}

impl<'de> Visitor<'de> for OriginVisitor {
    type Value = Origin;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a map with a traceparent")
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Origin, D::Error> {
        if deserializer.is_human_readable() {
            deserializer.deserialize_any(self)
        } else {
            deserializer.deserialize_struct("Origin", &FIELDS, self)
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Origin, A::Error> {
        let mut fields: Vec<(&str, Cow<'de, str>)> = Vec::new();
        while let Some(name) = map.next_key_seed(Name)? {
            let Some(name) = name else {
                map.next_value::<IgnoredAny>()?;
                continue;
            };
            // A format with field names is self-describing, even if it is binary.
            let value = map.next_value_seed(Value { described: true })?;
            if fields.len() <= MAX_FIELDS {
                fields.push((name, value));
            }
        }
        if fields.len() > MAX_FIELDS {
            return Ok(Origin::default());
        }
        let fields = fields.iter().map(|(name, value)| (*name, &**value));
        Ok(fields::origin_of(fields, true))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Origin, A::Error> {
        let mut fields = FIELDS.map(|name| (name, Cow::Borrowed("")));
        for (_, field) in &mut fields {
            match list.next_element_seed(Value { described: false })? {
                Some(value) => *field = value,
                None => break,
            }
        }
        while list.next_element::<IgnoredAny>()?.is_some() {}
        let fields = fields.iter().map(|(name, value)| (*name, &**value));
        Ok(fields::origin_of(fields, true))
    }

    instead! {
        Origin::default() =>
        visit_none(),
        visit_unit(),
        visit_bool(bool),
        visit_i64(i64),
        visit_i128(i128),
        visit_u64(u64),
        visit_u128(u128),
        visit_f64(f64),
        visit_str(&str),
        visit_bytes(&[u8]),
    }
}

/// Reads the name of one of the three fields, in any letter case.
struct Name;

impl<'de> DeserializeSeed<'de> for Name {
    type Value = Option<&'static str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl Visitor<'_> for Name {
    type Value = Option<&'static str>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the name of a field")
    }

    fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
        let known = FIELDS.iter().find(|known| known.eq_ignore_ascii_case(name));
        Ok(known.copied())
    }

    fn visit_bytes<E: serde::de::Error>(self, name: &[u8]) -> Result<Self::Value, E> {
        self.visit_str(std::str::from_utf8(name).unwrap_or_default())
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
        Ok(None)
    }
}

/// Reads a field's value; an empty string if it is not text, or too long.
struct Value {
    described: bool,
}

impl<'de> DeserializeSeed<'de> for Value {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        if self.described || deserializer.is_human_readable() {
            deserializer.deserialize_any(self)
        } else {
            deserializer.deserialize_str(self)
        }
    }
}

impl<'de> Visitor<'de> for Value {
    type Value = Cow<'de, str>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a string")
    }

    fn visit_borrowed_str<E>(self, value: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Self::Value, E> {
        let kept = if value.len() <= MAX_FIELD_LENGTH {
            value
        } else {
            ""
        };
        Ok(Cow::Owned(kept.to_owned()))
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        self.deserialize(deserializer)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Cow::Borrowed(""))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Cow::Borrowed(""))
    }

    instead! {
        Cow::Borrowed("") =>
        visit_none(),
        visit_unit(),
        visit_bool(bool),
        visit_i64(i64),
        visit_i128(i128),
        visit_u64(u64),
        visit_u128(u128),
        visit_f64(f64),
        visit_bytes(&[u8]),
    }
}
