//! Attributes of spans and links: their list, and the values they take.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use opentelemetry::trace::TraceContextExt;
use opentelemetry::{Key, KeyValue, StringValue, Value};

use crate::support::shield::shielded;
use crate::support::{ambient, text};

/// The attributes an event puts on its handler's span, or on its link.
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
/// A key stands here once: setting it again replaces its value.
#[derive(Clone, Debug, Default)]
pub struct Attributes(Vec<KeyValue>);

impl Attributes {
    /// Sets `key` to `value`, in place of what it was; a value of `None` changes nothing.
    ///
    /// ```
    /// let mut attributes = linked_span::Attributes::default();
    /// attributes.set("delivery.attempt", 1);
    /// attributes.set("delivery.attempt", 2);              // in its place
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

    /// As much as a list that grows is given first, but without asking how large it is.
    pub(crate) fn make_room(&mut self) {
        if self.0.capacity() == 0 {
            self.0 = Vec::with_capacity(4);
        }
    }

    /// For keys of ours that are known not to be there yet.
    pub(crate) fn push(&mut self, key: &'static str, value: impl Into<Value>) {
        self.0.push(KeyValue::new(key, value));
    }

    pub(crate) fn from_vec(list: Vec<KeyValue>) -> Self {
        Self(list)
    }

    pub(crate) fn into_vec(self) -> Vec<KeyValue> {
        self.0
    }
}

/// What can be the value of an attribute, taken by reference.
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
/// Every integer, float, bool and string type is one, and so are references to them, `Box`es of them, and `Option`s
/// of them, where `None` leaves the attribute out. For other types the macros take `%value`, which is recorded as its
/// [`Display`](fmt::Display), and `?value`, as its [`Debug`].
///
/// OpenTelemetry's integers are `i64`; one that does not fit is recorded as its decimal digits, so that none is wrong.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the value of an attribute",
    label = "not an integer, float, bool or string, nor an `Option` of one",
    note = "in an attribute list, write `key = %value` to record it as its `Display`, or `key = ?value` as its `Debug`"
)]
pub trait AttributeValue {
    /// The value as OpenTelemetry's, or `None` where the attribute is to be left out.
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

/// Left out where the text fails: a part of it could be taken for all.
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

/// Sets an attribute on the active span: in a handler's body, the handler's.
///
/// ```
/// linked_span::set_attribute("processing.status", "complete");
/// ```
///
/// Does nothing where no span is active or recording, and where `value` panics.
pub fn set_attribute(key: impl Into<Key>, value: impl AttributeValue) {
    // A clone: in a borrow of the current context, a value that opens another would panic.
    let Some(context) = ambient::current() else {
        return;
    };
    let span = context.span();
    // The value is dropped outside of it, as it is where nothing is recorded.
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
    fn a_key_stands_once() {
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
    fn every_value_is_recorded_as_it_is() {
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
