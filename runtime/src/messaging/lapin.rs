//! `RabbitMQ`, through the crate `lapin`, from its version 2 on.
//!
#![doc = concat!("```ignore\n", include_str!("pages/lapin.rs"), "```\n")]
//!
//! `Delivery`, `BasicGetMessage` and `BasicReturnMessage` are messages. A delivery does not contain the name of its
//! queue. Without `destination = …`, the destination is `exchange:routing_key`, without the empty parts.
//!
//! A quorum queue counts deliveries. The span records `messaging.rabbitmq.message.delivery_count` from the second one
//! on.

use std::borrow::Cow;

use super::Message;

/// Returns a message with the properties of a delivery.
#[doc(hidden)]
#[must_use]
pub fn message<'m>(
    exchange: &'m str,
    routing_key: &'m str,
    delivery_tag: u64,
    payload: usize,
) -> Message<'m> {
    untagged(exchange, routing_key, payload).delivery_tag(delivery_tag)
}

/// Returns a message with the properties of a delivery, except its tag.
pub(super) fn untagged<'m>(exchange: &'m str, routing_key: &'m str, payload: usize) -> Message<'m> {
    let destination: Cow<'m, str> = match (exchange, routing_key) {
        ("", "") => "".into(),
        ("", one) | (one, "") => one.into(),
        (exchange, routing_key) => format!("{exchange}:{routing_key}").into(),
    };
    Message::new("rabbitmq")
        .destination(destination)
        .body_size(payload)
        .routing_key(routing_key)
}

/// Adds the message's properties. A quorum queue counts the deliveries before this one.
#[doc(hidden)]
#[must_use]
pub fn with_properties<'m>(
    message: Message<'m>,
    id: Option<&'m str>,
    conversation: Option<&'m str>,
    delivered_before: Option<i64>,
) -> Message<'m> {
    let message = message
        .message_id(id.unwrap_or_default())
        .conversation_id(conversation.unwrap_or_default());
    match delivered_before {
        Some(before) => message.delivery_count(before.saturating_add(1)),
        None => message,
    }
}

/// Expands to the adapter for deliveries of `lapin`, at the given path of the client.
#[doc(hidden)]
#[macro_export]
macro_rules! __linked_span_lapin_adapter {
    ($($client:tt)+) => {{
        use $($client)+::{message, types};

        struct Lapin;

        fn describe(delivery: &message::Delivery) -> $crate::messaging::Message<'_> {
            let properties = &delivery.properties;
            let count = match properties.headers() {
                ::core::option::Option::Some(headers) => headers.inner().get("x-delivery-count"),
                ::core::option::Option::None => ::core::option::Option::None,
            };
            let count = match count {
                ::core::option::Option::Some(types::AMQPValue::LongLongInt(count)) => {
                    ::core::option::Option::Some(*count)
                }
                ::core::option::Option::Some(types::AMQPValue::LongInt(count)) => {
                    ::core::option::Option::Some(i64::from(*count))
                }
                _ => ::core::option::Option::None,
            };
            $crate::messaging::lapin::with_properties(
                $crate::messaging::lapin::message(
                    delivery.exchange.as_str(),
                    delivery.routing_key.as_str(),
                    delivery.delivery_tag,
                    delivery.data.len(),
                ),
                properties.message_id().as_ref().map(|id| id.as_str()),
                properties.correlation_id().as_ref().map(|id| id.as_str()),
                count,
            )
        }

        fn headers<R>(delivery: &message::Delivery, read: R) -> R::Part
        where
            R: $crate::messaging::ReadHeaders,
        {
            let headers = delivery.properties.headers().iter();
            let fields = headers.flat_map(types::FieldTable::inner);
            let fields = fields.filter_map(|(name, value)| {
                let value: &[u8] = match value {
                    types::AMQPValue::LongString(text) => text.as_bytes(),
                    types::AMQPValue::ShortString(text) => text.as_str().as_bytes(),
                    types::AMQPValue::ByteArray(bytes) => bytes.as_slice(),
                    _ => return ::core::option::Option::None,
                };
                ::core::option::Option::Some((name.as_str(), value))
            });
            $crate::messaging::ReadHeaders::fields(read, fields)
        }

        $crate::messaging::lapin::__adapters! {
            message::Delivery,
            message::BasicGetMessage,
            message::BasicReturnMessage,
        }

        Lapin
    }};
}

#[doc(hidden)]
#[macro_export]
macro_rules! __linked_span_lapin_adapters {
    ($($message:ty,)*) => { $(
        impl $crate::messaging::Adapter<$message> for Lapin {
            const SYSTEM: &'static str = "rabbitmq";

            fn read<'m>(
                &self,
                message: &'m $message,
                into: &mut $crate::messaging::Message<'m>,
            ) {
                *into = describe(message);
                into.linked_span_origin(headers(message, $crate::messaging::WholeOrigin));
            }

            fn headers<R: $crate::messaging::ReadHeaders>(
                &self,
                message: &$message,
                read: R,
            ) -> R::Part {
                headers(message, read)
            }
        }
    )* };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __linked_span_lapin_write {
    ([$($client:tt)+] $injected:expr, $existing:expr) => {{
        use $($client)+::types::{AMQPValue, FieldTable};

        let injected = $injected;
        // Temporaries of the expression live until the headers are copied.
        match $existing {
            existing => {
                let existing: ::core::option::Option<&FieldTable> = existing;
                let mut headers = FieldTable::default();
                for (name, value) in existing.iter().flat_map(|existing| existing.inner()) {
                    if !injected.replaces(name.as_str()) {
                        headers.insert(name.clone(), value.clone());
                    }
                }
                for (name, value) in injected.fields() {
                    headers.insert(name.into(), AMQPValue::LongString(value.into()));
                }
                headers
            }
        }
    }};
}

#[doc(hidden)]
pub use {
    __linked_span_lapin_adapter as adapter, __linked_span_lapin_adapters as __adapters,
    __linked_span_lapin_write as __headers,
};

/// Returns a message's headers as a `FieldTable`, with the active context or another origin.
///
/// ```ignore
/// use linked_span::messaging::lapin::headers;
///
/// let properties = BasicProperties::default().with_headers(headers!());
/// let forwarded = headers!(replacing delivery.properties.headers());   // keeps all other headers
/// let from_an_outbox = headers!(of stored_origin);
/// ```
///
/// With `replacing`, all other headers keep their values. The given table does not change. Without an active span, no
/// context is written and a forwarded one remains.
///
/// If the client has another name, begin with `client = path::to::lapin`.
#[doc(hidden)]
#[macro_export]
macro_rules! __linked_span_lapin_headers {
    ($($arguments:tt)*) => {
        $crate::messaging::__headers!(
            lapin [::lapin] "delivery.properties.headers()" $($arguments)*
        )
    };
}

#[doc(inline)]
pub use __linked_span_lapin_headers as headers;

/// Describes a message, to keep its properties and its context with a decoded payload.
///
/// ```ignore
/// use linked_span::messaging::Received;
/// use linked_span::messaging::lapin::describe;
///
/// let payment = Received::new(describe!(&delivery), serde_json::from_slice(&delivery.data)?);
/// ```
///
/// It takes a reference, and returns a [`Message`](crate::messaging::Message). See
/// [`Received`](crate::messaging::Received).
///
/// If the client has another name, begin with `client = path::to::lapin`.
#[doc(hidden)]
#[macro_export]
macro_rules! __linked_span_lapin_describe {
    ($($arguments:tt)*) => {
        $crate::messaging::__describe!(lapin [::lapin] $($arguments)*)
    };
}

#[doc(inline)]
pub use __linked_span_lapin_describe as describe;
