//! Attributes of spans and links: the list, and the types of values.

use std::borrow::Cow;
use std::sync::Arc;
use std::{fmt, slice, vec};

use opentelemetry::trace::TraceContextExt;
use opentelemetry::{Key, KeyValue, StringValue, Value};

use crate::support::shield::shielded;
use crate::support::{ambient, text};

/// Collects the attributes that an event adds to its handler's span or link.
///
/// ```
/// use linked_span::{Attributes, LinkedEvent, Origin};
///
/// struct Message { offset: i64, key: Option<String>, origin: Origin }
///
/// impl LinkedEvent for Message {
///     fn origin(&self) -> Origin {
///         self.origin.clone()
///     }
///     fn attributes(&self, attributes: &mut Attributes) {
///         attributes.set("messaging.kafka.offset", self.offset);
///         attributes.set("messaging.kafka.message.key", &self.key);
///     }
/// }
/// ```
///
/// Each key occurs once: setting it again replaces its value. Iterate over the list to test an implementation:
///
/// ```
/// use linked_span::{Attributes, LinkedEvent, Origin};
/// use opentelemetry::KeyValue;
///
/// # struct Message;
/// # impl LinkedEvent for Message {
/// #     fn origin(&self) -> Origin {
/// #         Origin::default()
/// #     }
/// #     fn attributes(&self, attributes: &mut Attributes) {
/// #         attributes.set("messaging.kafka.offset", 7);
/// #     }
/// # }
/// # let message = Message;
/// let mut attributes = Attributes::default();
/// message.attributes(&mut attributes);
/// let attributes: Vec<KeyValue> = attributes.into_iter().collect();
/// assert_eq!(attributes, [KeyValue::new("messaging.kafka.offset", 7)]);
/// ```
#[derive(Clone, Debug, Default)]
pub struct Attributes(Vec<KeyValue>);

impl Attributes {
    /// Sets `key` to `value`; a value of `None` changes nothing.
    ///
    /// ```
    /// let mut attributes = linked_span::Attributes::default();
    /// attributes.set("delivery.attempt", 1);
    /// attributes.set("delivery.attempt", 2);              // replaces 1
    /// attributes.set("delivery.attempt", None::<u8>);     // changes nothing
    /// ```
    pub fn set(&mut self, key: impl Into<Key>, value: impl AttributeValue) {
        if let Some(value) = value.to_value() {
            self.replace(KeyValue::new(key, value));
        }
    }

    pub(crate) fn replace(&mut self, attribute: KeyValue) {
        match self.0.iter_mut().find(|old| old.key == attribute.key) {
            Some(old) => *old = attribute,
            None => self.0.push(attribute),
        }
    }

    pub(crate) fn with_capacity(capacity: usize) -> Self {
        Self(Vec::with_capacity(capacity))
    }

    /// Iterates over the attributes, in the order of their first `set`.
    ///
    /// ```
    /// use linked_span::Attributes;
    /// use opentelemetry::KeyValue;
    ///
    /// let attributes = Attributes::from_iter([KeyValue::new("delivery.attempt", 2)]);
    /// assert!(attributes.iter().any(|attribute| attribute.key.as_str() == "delivery.attempt"));
    /// ```
    pub fn iter(&self) -> slice::Iter<'_, KeyValue> {
        self.0.iter()
    }

    /// Reserves room for four attributes, as the first `Vec::push` does, but without its code for growth.
    pub(crate) fn make_room(&mut self) {
        if self.0.capacity() == 0 {
            self.0 = Vec::with_capacity(4);
        }
    }

    /// Adds one of the crate's own keys, which must not be in the list yet.
    pub(crate) fn push(&mut self, key: &'static str, value: impl Into<Value>) {
        self.0.push(KeyValue::new(key, value));
    }

    /// For a key that is known not to be there yet.
    pub(crate) fn append(&mut self, attribute: KeyValue) {
        self.0.push(attribute);
    }

    /// Makes room for this many at once.
    pub(crate) fn reserve(&mut self, attributes: usize) {
        self.0.reserve(attributes);
    }

    pub(crate) fn from_vec(list: Vec<KeyValue>) -> Self {
        Self(list)
    }

    #[cfg(feature = "tracing")]
    pub(crate) fn as_slice(&self) -> &[KeyValue] {
        &self.0
    }

    pub(crate) fn into_vec(self) -> Vec<KeyValue> {
        self.0
    }
}

impl Extend<KeyValue> for Attributes {
    /// Sets each attribute, as [`Attributes::set`] does.
    fn extend<I: IntoIterator<Item = KeyValue>>(&mut self, attributes: I) {
        for attribute in attributes {
            self.replace(attribute);
        }
    }
}

impl FromIterator<KeyValue> for Attributes {
    fn from_iter<I: IntoIterator<Item = KeyValue>>(attributes: I) -> Self {
        let mut list = Self::default();
        list.extend(attributes);
        list
    }
}

impl IntoIterator for Attributes {
    type Item = KeyValue;
    type IntoIter = vec::IntoIter<KeyValue>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a> IntoIterator for &'a Attributes {
    type Item = &'a KeyValue;
    type IntoIter = slice::Iter<'a, KeyValue>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// Converts a value, taken by reference, to the value of an attribute.
///
/// ```
/// use linked_span::AttributeValue;
/// use opentelemetry::Value;
///
/// struct Cents(u32);
///
/// impl AttributeValue for Cents {
///     fn to_value(&self) -> Option<Value> {
///         Some(Value::F64(f64::from(self.0) / 100.0))
///     }
/// }
///
/// assert_eq!(Some(Cents(250)).to_value(), Some(Value::F64(2.5)));
/// assert_eq!(None::<Cents>.to_value(), None);
/// ```
///
/// Implemented for integers, floats, `bool` and strings, and for references, `Box`es and `Option`s of them. `None` leaves
/// the attribute out. For other types, the macros accept `%value`, which records its [`Display`](fmt::Display), and
/// `?value`, which records its [`Debug`].
///
/// OpenTelemetry's integers are `i64`. A larger integer is recorded as a string of its decimal digits.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the value of an attribute",
    label = "expected an integer, float, bool or string, or an `Option` of one",
    note = "in an attribute list, write `key = %value` to record its `Display`, or `key = ?value` to record its `Debug`"
)]
pub trait AttributeValue {
    /// Returns the OpenTelemetry value, or `None` to leave the attribute out.
    fn to_value(&self) -> Option<Value>;
}

macro_rules! integers {
    ($($integer:ty)*) => { $(
        impl AttributeValue for $integer {
            fn to_value(&self) -> Option<Value> {
                Some(i64::try_from(*self).map_or_else(|_| self.to_string().into(), Value::I64))
            }
        }
    )* };
}
integers!(i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize);

macro_rules! converted {
    ($($from:ty => $convert:expr,)*) => { $(
        impl AttributeValue for $from {
            fn to_value(&self) -> Option<Value> {
                let convert: fn(&Self) -> Value = $convert;
                Some(convert(self))
            }
        }
    )* };
}
converted! {
    bool => |value| Value::Bool(*value),
    char => |value| value.to_string().into(),
    f32 => |value| Value::F64(f64::from(*value)),
    f64 => |value| Value::F64(*value),
    str => |value| value.to_owned().into(),
    String => |value| value.clone().into(),
    Cow<'_, str> => |value| value.clone().into_owned().into(),
    Arc<str> => |value| Arc::clone(value).into(),
    StringValue => |value| Value::String(value.clone()),
    Value => |value| value.clone(),
}

/// Returns `None` if formatting fails: a truncated text looks complete.
impl AttributeValue for fmt::Arguments<'_> {
    fn to_value(&self) -> Option<Value> {
        text::whole(self).map(Value::from)
    }
}

impl<T: AttributeValue> AttributeValue for Option<T> {
    fn to_value(&self) -> Option<Value> {
        self.as_ref().and_then(AttributeValue::to_value)
    }
}

macro_rules! pointers {
    ($($pointer:ty)*) => { $(
        impl<T: AttributeValue + ?Sized> AttributeValue for $pointer {
            fn to_value(&self) -> Option<Value> {
                (**self).to_value()
            }
        }
    )* };
}
pointers!(&T &mut T Box<T>);

/// Sets an attribute on the active span, which in a handler's body is the handler's span.
///
/// ```
/// linked_span::set_attribute("processing.status", "complete");
/// ```
///
/// Does nothing if no span is active or recording, or if the conversion of `value` panics.
pub fn set_attribute(key: impl Into<Key>, value: impl AttributeValue) {
    // OpenTelemetry borrows the current context in `map_current`: a `value` that attaches one would panic in there.
    let Some(context) = ambient::current() else {
        return;
    };
    let span = context.span();
    // The closure borrows `value`, so that a panic of its destructor reaches the caller, with or without an SDK.
    let value = &value;
    shielded(|| {
        if span.is_recording() {
            if let Some(value) = value.to_value() {
                span.set_attribute(KeyValue::new(key, value));
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_set_again_replaces_the_value() {
        let mut attributes = Attributes::default();
        attributes.set("a", 1);
        attributes.set("b", "two");
        attributes.set("a", 3_u8);
        attributes.set("b", None::<&str>);
        assert_eq!(
            attributes.into_vec(),
            [KeyValue::new("a", 3), KeyValue::new("b", "two")]
        );
    }

    #[test]
    fn attributes_collect_keeps_the_last_value_of_a_key() {
        let pairs = [("a", 1), ("b", 2), ("a", 3)];
        let mut attributes: Attributes = pairs
            .map(|(key, value)| KeyValue::new(key, value))
            .into_iter()
            .collect();
        attributes.extend([KeyValue::new("b", 4), KeyValue::new("c", 5)]);
        let expected = [("a", 3), ("b", 4), ("c", 5)].map(|(key, value)| KeyValue::new(key, value));
        assert!(attributes.iter().eq(&expected));
        assert!((&attributes).into_iter().eq(&expected));
        assert!(attributes.into_iter().eq(expected));
    }

    #[test]
    fn attribute_value_of_each_type_is_exact() {
        let value = |value: &dyn AttributeValue| value.to_value();
        assert_eq!(value(&i64::MIN), Some(Value::I64(i64::MIN)));
        assert_eq!(value(&u64::MAX), Some("18446744073709551615".into()));
        assert_eq!(value(&i128::MIN), Some(i128::MIN.to_string().into()));
        assert_eq!(value(&7_usize), Some(Value::I64(7)));
        assert_eq!(value(&1.5_f32), Some(Value::F64(1.5)));
        assert_eq!(value(&true), Some(Value::Bool(true)));
        assert_eq!(value(&'x'), Some("x".into()));
        assert_eq!(value(&Cow::Borrowed("cow")), Some("cow".into()));
        assert_eq!(value(&Box::<str>::from("box")), Some("box".into()));
        assert_eq!(value(&Arc::<str>::from("arc")), Some("arc".into()));
        assert_eq!(value(&Some(&String::from("some"))), Some("some".into()));
        assert_eq!(value(&Some(None::<i64>)), None);
        assert_eq!(value(&format_args!("{}-{}", 1, 2)), Some("1-2".into()));
    }
}
