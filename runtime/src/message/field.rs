//! The fields of a message and their attributes.

use std::borrow::Cow;

use opentelemetry::{Key, Value};

use super::key;
use super::text::Text;

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
    Text(Text<'m>),
    Number(i64),
    /// A number that the conventions define as text.
    NumberAsText(i64),
    /// `true`: the conventions omit `false`.
    True,
    Bytes(Cow<'m, [u8]>),
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
    pub(crate) fn to_value(&self) -> Option<Value> {
        Some(match self {
            Self::Text(text) => Value::String(text.to_value()),
            Self::Number(number) => Value::I64(*number),
            Self::NumberAsText(number) => number.to_string().into(),
            Self::True => Value::Bool(true),
            Self::Bytes(bytes) => key::text_of(bytes)?.into(),
        })
    }

    pub(crate) fn into_owned(self) -> FieldValue<'static> {
        match self {
            Self::Text(text) => FieldValue::Text(text.into_owned()),
            Self::Number(number) => FieldValue::Number(number),
            Self::NumberAsText(number) => FieldValue::NumberAsText(number),
            Self::True => FieldValue::True,
            Self::Bytes(bytes) => FieldValue::Bytes(bytes.into_owned().into()),
        }
    }
}

impl PartialEq for FieldValue<'_> {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Text(one), Self::Text(other)) => one.as_str() == other.as_str(),
            (Self::Number(one), Self::Number(other))
            | (Self::NumberAsText(one), Self::NumberAsText(other)) => one == other,
            (Self::True, Self::True) => true,
            (Self::Bytes(one), Self::Bytes(other)) => one == other,
            _ => false,
        }
    }
}
