//! `RabbitMQ`, through the crate `amqprs`, from its version 2 on.
//!
#![doc = concat!("```ignore\n", include_str!("pages/amqprs.rs"), "```\n")]
//!
//! These are messages:
//!
//! | type | from |
//! | --- | --- |
//! | `ConsumerMessage` | the channel of `basic_consume_rx` |
//! | `(GetOk, BasicProperties, Vec<u8>)` | `basic_get` |
//! | `(Deliver, BasicProperties, Vec<u8>)` | the three parameters of `AsyncConsumer::consume`, as a tuple |
//! | `(Return, BasicProperties, Vec<u8>)` | the three parameters of `ChannelCallback::publish_return`, as a tuple |
//! | `BasicProperties` | a function with separate parameters, which names the properties alone |
//!
//! A delivery does not contain the name of its queue. Without `destination = …`, the destination is
//! `exchange:routing_key`, without the empty parts. `BasicProperties` contain neither, so their handler also records no
//! delivery tag and no size.
//!
//! A quorum queue counts deliveries. The span records `messaging.rabbitmq.message.delivery_count` from the second one
//! on. Nothing has to be switched on.

use super::{Message, lapin};

/// Returns a message with the properties of a delivery. A returned message has no delivery tag.
#[doc(hidden)]
#[must_use]
pub fn message<'m>(
    exchange: &'m str,
    routing_key: &'m str,
    delivery_tag: Option<u64>,
    payload: usize,
) -> Message<'m> {
    let message = lapin::untagged(exchange, routing_key, payload);
    match delivery_tag {
        Some(tag) => message.delivery_tag(tag),
        None => message,
    }
}

/// Expands to the adapter for deliveries of `amqprs`, at the given path of the client.
#[doc(hidden)]
#[macro_export]
macro_rules! __linked_span_amqprs_adapter {
    ($($client:tt)+) => {{
        // The client has one mention here, so that a missing client is one error.
        use $($client)+::{BasicProperties, Deliver, FieldValue, GetOk, Return, channel};

        struct Amqprs;

        trait Delivered {
            fn message(&self) -> $crate::messaging::Message<'_>;
            fn properties(&self) -> ::core::option::Option<&BasicProperties>;
        }

        impl Delivered for channel::ConsumerMessage {
            fn message(&self) -> $crate::messaging::Message<'_> {
                match &self.deliver {
                    ::core::option::Option::Some(deliver) => $crate::messaging::amqprs::message(
                        deliver.exchange(),
                        deliver.routing_key(),
                        ::core::option::Option::Some(deliver.delivery_tag()),
                        self.content.as_ref().map_or(0, |content| content.len()),
                    ),
                    ::core::option::Option::None => $crate::messaging::Message::new("rabbitmq"),
                }
            }

            fn properties(&self) -> ::core::option::Option<&BasicProperties> {
                self.basic_properties.as_ref()
            }
        }

        impl Delivered for BasicProperties {
            fn message(&self) -> $crate::messaging::Message<'_> {
                $crate::messaging::Message::new("rabbitmq")
            }

            fn properties(&self) -> ::core::option::Option<&BasicProperties> {
                ::core::option::Option::Some(self)
            }
        }

        $crate::messaging::amqprs::__delivered! {
            Deliver => |frame| ::core::option::Option::Some(frame.delivery_tag()),
            GetOk => |frame| ::core::option::Option::Some(frame.delivery_tag()),
            Return => |_frame| ::core::option::Option::None,
        }

        fn fields(
            properties: ::core::option::Option<&BasicProperties>,
        ) -> impl ::core::iter::Iterator<Item = (&str, &FieldValue)> {
            let headers = properties.and_then(|properties| properties.headers());
            let fields = headers.into_iter().flat_map(|headers| headers.as_ref());
            fields.map(|(name, value)| {
                let name: &::std::string::String = name.as_ref();
                (name.as_str(), value)
            })
        }

        fn read<'m, M: Delivered>(message: &'m M, into: &mut $crate::messaging::Message<'m>) {
            let properties = Delivered::properties(message);
            let mut counts = fields(properties).filter(|(name, _)| *name == "x-delivery-count");
            let count = match counts.next() {
                ::core::option::Option::Some((_, FieldValue::l(count))) => {
                    ::core::option::Option::Some(*count)
                }
                ::core::option::Option::Some((_, FieldValue::I(count))) => {
                    ::core::option::Option::Some(i64::from(*count))
                }
                _ => ::core::option::Option::None,
            };
            *into = $crate::messaging::lapin::with_properties(
                Delivered::message(message),
                properties.and_then(|properties| properties.message_id()).map(|id| id.as_str()),
                properties
                    .and_then(|properties| properties.correlation_id())
                    .map(|id| id.as_str()),
                count,
            );
            into.linked_span_origin(headers(message, $crate::messaging::WholeOrigin));
        }

        fn headers<M, R>(message: &M, read: R) -> R::Part
        where
            M: Delivered,
            R: $crate::messaging::ReadHeaders,
        {
            let properties = Delivered::properties(message);
            // The client does not lend the bytes of an array.
            let arrays = fields(properties).filter_map(|(name, value)| match value {
                FieldValue::x(bytes) => ::core::option::Option::Some((
                    name,
                    <::std::vec::Vec<u8> as ::core::convert::From<_>>::from(bytes.clone()),
                )),
                _ => ::core::option::Option::None,
            });
            let arrays: ::std::vec::Vec<_> = arrays.collect();
            let texts = fields(properties).filter_map(|(name, value)| match value {
                FieldValue::S(text) => {
                    let text: &::std::string::String = text.as_ref();
                    ::core::option::Option::Some((name, text.as_bytes()))
                }
                _ => ::core::option::Option::None,
            });
            let arrays = arrays.iter().map(|(name, bytes)| (*name, bytes.as_slice()));
            $crate::messaging::ReadHeaders::fields(read, texts.chain(arrays))
        }

        $crate::messaging::amqprs::__adapters! {
            channel::ConsumerMessage,
            BasicProperties,
            (Deliver, BasicProperties, ::std::vec::Vec<u8>),
            (GetOk, BasicProperties, ::std::vec::Vec<u8>),
            (Return, BasicProperties, ::std::vec::Vec<u8>),
        }

        Amqprs
    }};
}

#[doc(hidden)]
#[macro_export]
macro_rules! __linked_span_amqprs_delivered {
    ($($frame:ident => |$place:ident| $tag:expr,)*) => { $(
        impl Delivered for ($frame, BasicProperties, ::std::vec::Vec<u8>) {
            fn message(&self) -> $crate::messaging::Message<'_> {
                let ($place, _, content) = self;
                $crate::messaging::amqprs::message(
                    self.0.exchange(),
                    self.0.routing_key(),
                    $tag,
                    content.len(),
                )
            }

            fn properties(&self) -> ::core::option::Option<&BasicProperties> {
                ::core::option::Option::Some(&self.1)
            }
        }
    )* };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __linked_span_amqprs_write {
    ([$($client:tt)+] $injected:expr, $existing:expr) => {{
        use $($client)+::{FieldTable, ShortStr};

        let injected = $injected;
        // Temporaries of the expression live until the headers are copied.
        match $existing {
            existing => {
                let existing: ::core::option::Option<&FieldTable> = existing;
                let mut headers = FieldTable::new();
                for (name, value) in existing.into_iter().flat_map(|existing| existing.as_ref()) {
                    if !injected.replaces(name.as_ref()) {
                        headers.insert(name.clone(), value.clone());
                    }
                }
                for (name, value) in injected.fields() {
                    let name = <ShortStr as ::core::convert::TryFrom<&str>>::try_from(name);
                    if let ::core::result::Result::Ok(name) = name {
                        // `insert` adds the length of a value that it replaces, and the frame would be malformed.
                        headers.remove(&name);
                        headers.insert(name, value.into());
                    }
                }
                headers
            }
        }
    }};
}

#[doc(hidden)]
#[macro_export]
macro_rules! __linked_span_amqprs_adapters {
    ($($message:ty,)*) => { $(
        impl $crate::messaging::Adapter<$message> for Amqprs {
            const SYSTEM: &'static str = "rabbitmq";

            fn read<'m>(
                &self,
                message: &'m $message,
                into: &mut $crate::messaging::Message<'m>,
            ) {
                read(message, into);
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
pub use {
    __linked_span_amqprs_adapter as adapter, __linked_span_amqprs_adapters as __adapters,
    __linked_span_amqprs_delivered as __delivered, __linked_span_amqprs_write as __headers,
};

/// Returns a message's headers as a `FieldTable`, with the active context or another origin.
///
/// ```ignore
/// use linked_span::messaging::amqprs::headers;
///
/// let properties = BasicProperties::default().with_headers(headers!()).finish();
/// let forwarded = headers!(replacing properties.headers());   // keeps all other headers
/// let from_an_outbox = headers!(of stored_origin);
/// ```
///
/// With `replacing`, all other headers keep their values. The given table does not change. Without an active span, no
/// context is written and a forwarded one remains.
///
/// If the client has another name, begin with `client = path::to::amqprs`.
#[doc(hidden)]
#[macro_export]
macro_rules! __linked_span_amqprs_headers {
    ($($arguments:tt)*) => {
        $crate::messaging::__headers!(amqprs [::amqprs] "properties.headers()" $($arguments)*)
    };
}

#[doc(inline)]
pub use __linked_span_amqprs_headers as headers;

/// Describes a message, to keep its properties and its context with a decoded payload.
///
/// ```ignore
/// use linked_span::messaging::Received;
/// use linked_span::messaging::amqprs::describe;
///
/// let payment = Received::new(describe!(&message), serde_json::from_slice(content)?);
/// ```
///
/// It takes a reference, and returns a [`Message`](crate::messaging::Message). See
/// [`Received`](crate::messaging::Received).
///
/// If the client has another name, begin with `client = path::to::amqprs`.
#[doc(hidden)]
#[macro_export]
macro_rules! __linked_span_amqprs_describe {
    ($($arguments:tt)*) => {
        $crate::messaging::__describe!(amqprs [::amqprs] $($arguments)*)
    };
}

#[doc(inline)]
pub use __linked_span_amqprs_describe as describe;
