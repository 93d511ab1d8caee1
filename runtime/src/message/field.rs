//! The fields of a message and their attributes.

use std::borrow::Cow;

use opentelemetry::{Key, StringValue, Value};

use super::key;

/// Lists the fields of a message, in the order of their attributes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Field {
    Destination,
    Template,
    Temporary,
    Anonymous,
    Partition,
    Group,
    Id,
    Conversation,
    BodySize,
    Offset,
    MessageKey,
    Tombstone,
    RoutingKey,
    DeliveryTag,
    DeliveryCount,
}

/// Holds the value of a field.
#[derive(Clone, Debug)]
pub(crate) enum FieldValue<'m> {
    Lent(&'m str),
    Text(StringValue),
    Number(i64),
    /// A number that the conventions define as text.
    NumberAsText(i64),
    /// `true`: the conventions omit `false`.
    True,
    Bytes(&'m [u8]),
    OwnedBytes(Box<[u8]>),
}

impl Field {
    pub(crate) const ALL: [Self; 15] = [
        Self::Destination,
        Self::Template,
        Self::Temporary,
        Self::Anonymous,
        Self::Partition,
        Self::Group,
        Self::Id,
        Self::Conversation,
        Self::BodySize,
        Self::Offset,
        Self::MessageKey,
        Self::Tombstone,
        Self::RoutingKey,
        Self::DeliveryTag,
        Self::DeliveryCount,
    ];

    /// Returns the attribute's key; a field of only some systems has the system's namespace.
    #[inline]
    pub(crate) fn key(self, system: &str) -> Key {
        let known = match (self, system) {
            (Self::Destination, _) => "messaging.destination.name",
            (Self::Template, _) => "messaging.destination.template",
            (Self::Temporary, _) => "messaging.destination.temporary",
            (Self::Anonymous, _) => "messaging.destination.anonymous",
            (Self::Partition, _) => "messaging.destination.partition.id",
            (Self::Group, _) => "messaging.consumer.group.name",
            (Self::Id, _) => "messaging.message.id",
            (Self::Conversation, _) => "messaging.message.conversation_id",
            (Self::BodySize, _) => "messaging.message.body.size",
            (Self::Offset, "kafka") => "messaging.kafka.offset",
            (Self::MessageKey, "kafka") => "messaging.kafka.message.key",
            (Self::MessageKey, "gcp_pubsub") => "messaging.gcp_pubsub.message.ordering_key",
            (Self::Tombstone, "kafka") => "messaging.kafka.message.tombstone",
            (Self::RoutingKey, "rabbitmq") => "messaging.rabbitmq.destination.routing_key",
            (Self::DeliveryTag, "rabbitmq") => "messaging.rabbitmq.message.delivery_tag",
            (Self::DeliveryCount, "rabbitmq") => "messaging.rabbitmq.message.delivery_count",
            (Self::DeliveryCount, "nats") => "messaging.nats.message.delivery_count",
            (Self::DeliveryCount, "servicebus") => "messaging.servicebus.message.delivery_count",
            (Self::DeliveryCount, "gcp_pubsub") => "messaging.gcp_pubsub.message.delivery_attempt",
            _ => return format!("messaging.{system}.{}", self.of_any_system()).into(),
        };
        Key::from_static_str(known)
    }

    /// Returns the name in the serialized form of a message.
    #[cfg(feature = "serde")]
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Destination => "destination",
            Self::Template => "template",
            Self::Temporary => "temporary",
            Self::Anonymous => "anonymous",
            Self::Partition => "partition",
            Self::Group => "group",
            Self::Id => "id",
            Self::Conversation => "conversation",
            Self::BodySize => "body_size",
            Self::Offset => "offset",
            Self::MessageKey => "key",
            Self::Tombstone => "tombstone",
            Self::RoutingKey => "routing_key",
            Self::DeliveryTag => "delivery_tag",
            Self::DeliveryCount => "delivery_count",
        }
    }

    fn of_any_system(self) -> &'static str {
        match self {
            Self::Offset => "offset",
            Self::MessageKey => "message.key",
            Self::Tombstone => "message.tombstone",
            Self::RoutingKey => "destination.routing_key",
            Self::DeliveryTag => "message.delivery_tag",
            _ => "message.delivery_count",
        }
    }
}

impl FieldValue<'_> {
    /// Returns the value to record; `None` if there is none.
    #[inline]
    pub(crate) fn to_value(&self) -> Option<Value> {
        Some(match self {
            Self::Lent(text) => Value::String((*text).to_owned().into()),
            Self::Text(text) => Value::String(text.clone()),
            Self::Number(number) => Value::I64(*number),
            Self::NumberAsText(number) => Value::String(number_as_text(*number)),
            Self::True => Value::Bool(true),
            Self::Bytes(bytes) => key::text_of(bytes)?.into(),
            Self::OwnedBytes(bytes) => key::text_of(bytes)?.into(),
        })
    }

    pub(crate) fn into_owned(self) -> FieldValue<'static> {
        match self {
            Self::Lent(text) => FieldValue::Text(text.to_owned().into()),
            Self::Text(text) => FieldValue::Text(text),
            Self::Number(number) => FieldValue::Number(number),
            Self::NumberAsText(number) => FieldValue::NumberAsText(number),
            Self::True => FieldValue::True,
            Self::Bytes(bytes) => FieldValue::OwnedBytes(bytes.into()),
            Self::OwnedBytes(bytes) => FieldValue::OwnedBytes(bytes),
        }
    }

    /// Returns the text of a field that is text.
    pub(super) fn as_text(&self) -> Option<&str> {
        match self {
            Self::Lent(text) => Some(text),
            Self::Text(text) => Some(text.as_str()),
            _ => None,
        }
    }

    fn as_bytes(&self) -> Option<&[u8]> {
        match self {
            Self::Bytes(bytes) => Some(bytes),
            Self::OwnedBytes(bytes) => Some(bytes),
            _ => None,
        }
    }
}

/// Formats a number. Small ones, such as most partitions, need no memory.
fn number_as_text(number: i64) -> StringValue {
    const SMALL: [&str; 16] = [
        "0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14", "15",
    ];
    let small = usize::try_from(number).ok();
    match small.and_then(|number| SMALL.get(number)) {
        Some(text) => (*text).into(),
        None => number.to_string().into(),
    }
}

impl<'m> From<Cow<'m, str>> for FieldValue<'m> {
    fn from(text: Cow<'m, str>) -> Self {
        match text {
            Cow::Borrowed(text) => Self::Lent(text),
            Cow::Owned(text) => Self::Text(text.into()),
        }
    }
}

impl PartialEq for FieldValue<'_> {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Number(one), Self::Number(other))
            | (Self::NumberAsText(one), Self::NumberAsText(other)) => one == other,
            (Self::True, Self::True) => true,
            _ => match (self.as_text(), other.as_text()) {
                (Some(one), Some(other)) => one == other,
                (None, None) => {
                    let (one, other) = (self.as_bytes(), other.as_bytes());
                    one.is_some() && one == other
                }
                _ => false,
            },
        }
    }
}
