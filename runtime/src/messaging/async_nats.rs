//! NATS and its `JetStream`, through the crate `async_nats`, from its version 0.33 on.
//!
#![doc = concat!("```ignore\n", include_str!("pages/async_nats.rs"), "```\n")]
//!
//! The id is the header `Nats-Msg-Id`, or, of a message in a stream, `STREAM:SEQUENCE`. The group is the consumer's name.
//! The span links to the first of several contexts, as `HeaderMap::get` returns it.
//!
//! A sampled `traceparent` can make a server trace the message itself, if its account has `msg_trace` switched on. Servers
//! before 2.14 may write the name of the header in another case. Names are read in any case.

use super::Message;
use crate::propagation::{ReadHeaders, Repeated};

/// Returns a message with its subject, its payload's size, and its producer's id.
#[doc(hidden)]
#[must_use]
pub fn message<'m>(subject: &'m str, payload: usize, id: Option<&'m str>) -> Message<'m> {
    let message = Message::new("nats").destination(subject).body_size(payload);
    match id {
        Some(id) => message.message_id(id),
        None => message,
    }
}

/// Adds a stream's properties: the consumer, the number of deliveries, and an id if there is none.
#[doc(hidden)]
#[must_use]
pub fn streamed<'m>(
    message: Message<'m>,
    (stream, sequence): (&str, u64),
    consumer: &'m str,
    delivered: i64,
) -> Message<'m> {
    let message = message.group(consumer).delivery_count(delivered);
    if message.has_id() {
        message
    } else {
        message.message_id(format!("{stream}:{sequence}"))
    }
}

/// Reads the names and values of the headers.
///
/// The first of several contexts counts, as `HeaderMap::get` returns it.
#[doc(hidden)]
#[inline]
pub fn headers_of<'h, R, I>(read: R, headers: impl Fn() -> I) -> R::Part
where
    R: ReadHeaders,
    I: Iterator<Item = (&'h str, &'h str)>,
{
    read.hop(Repeated::First, || {
        headers().map(|(name, value)| (name, value.as_bytes()))
    })
}

/// Expands to the adapter for messages of `async_nats`, at the given path of the client.
#[doc(hidden)]
#[macro_export]
macro_rules! __linked_span_async_nats_adapter {
    ($($client:tt)+) => {{
        use $($client)+::Message;

        struct AsyncNats;

        impl $crate::messaging::Adapter<Message> for AsyncNats {
            const SYSTEM: &'static str = "nats";

            fn read<'m>(
                &self,
                message: &'m Message,
                into: &mut $crate::messaging::Message<'m>,
            ) {
                *into = $crate::messaging::async_nats::__message!(message);
                let origin = $crate::messaging::WholeOrigin;
                into.linked_span_origin($crate::messaging::Adapter::headers(self, message, origin));
            }

            fn headers<R: $crate::messaging::ReadHeaders>(
                &self,
                message: &Message,
                read: R,
            ) -> R::Part {
                $crate::messaging::async_nats::__read_headers!(read, message)
            }
        }

        AsyncNats
    }};
}

/// Expands to the adapter for messages of `JetStream`.
#[doc(hidden)]
#[macro_export]
macro_rules! __linked_span_async_nats_jetstream_adapter {
    ($($client:tt)+) => {{
        use $($client)+::jetstream::Message;

        struct JetStream;

        impl $crate::messaging::Adapter<Message> for JetStream {
            const SYSTEM: &'static str = "nats";

            fn read<'m>(
                &self,
                message: &'m Message,
                into: &mut $crate::messaging::Message<'m>,
            ) {
                let of_the_message = $crate::messaging::async_nats::__message!(message.message);
                *into = match message.info() {
                    ::core::result::Result::Ok(info) => $crate::messaging::async_nats::streamed(
                        of_the_message,
                        (info.stream, info.stream_sequence),
                        info.consumer,
                        info.delivered,
                    ),
                    ::core::result::Result::Err(_) => of_the_message,
                };
                let origin = $crate::messaging::WholeOrigin;
                into.linked_span_origin($crate::messaging::Adapter::headers(self, message, origin));
            }

            fn headers<R: $crate::messaging::ReadHeaders>(
                &self,
                message: &Message,
                read: R,
            ) -> R::Part {
                $crate::messaging::async_nats::__read_headers!(read, message.message)
            }
        }

        JetStream
    }};
}

#[doc(hidden)]
#[macro_export]
macro_rules! __linked_span_async_nats_message {
    ($message:expr) => {{
        let message = &$message;
        // `get` of older versions does not find a standard header by its text.
        let mut headers = message.headers.iter().flat_map(|headers| headers.iter());
        let id = headers.find_map(|(name, values)| {
            let name: &str = ::core::convert::AsRef::as_ref(name);
            let value = values
                .first()
                .filter(|_| name.eq_ignore_ascii_case("Nats-Msg-Id"));
            value.map(|value| value.as_str())
        });
        $crate::messaging::async_nats::message(message.subject.as_str(), message.payload.len(), id)
    }};
}

#[doc(hidden)]
#[macro_export]
macro_rules! __linked_span_async_nats_read_headers {
    ($read:expr, $message:expr) => {{
        match &$message.headers {
            ::core::option::Option::Some(headers) => {
                $crate::messaging::async_nats::headers_of($read, || {
                    headers.iter().flat_map(|(name, values)| {
                        let name: &str = ::core::convert::AsRef::as_ref(name);
                        values.iter().map(move |value| (name, value.as_str()))
                    })
                })
            }
            ::core::option::Option::None => ::core::default::Default::default(),
        }
    }};
}

#[doc(hidden)]
#[macro_export]
macro_rules! __linked_span_async_nats_write {
    ([$($client:tt)+] $injected:expr, $existing:expr) => {{
        use $($client)+::{HeaderMap, HeaderName, HeaderValue};

        let injected = $injected;
        // Temporaries of the expression live until the headers are copied.
        match $existing {
            existing => {
                let existing: ::core::option::Option<&HeaderMap> = existing;
                let mut headers = HeaderMap::new();
                for (name, values) in existing.iter().flat_map(|existing| existing.iter()) {
                    if !injected.replaces(::core::convert::AsRef::as_ref(name)) {
                        for value in values {
                            headers.append(name.clone(), value.clone());
                        }
                    }
                }
                for (name, value) in injected.fields() {
                    let name = <HeaderName as ::core::str::FromStr>::from_str(name);
                    let value = <HeaderValue as ::core::str::FromStr>::from_str(value);
                    // A value that no header can contain is omitted, so that the message is still sent.
                    if let (::core::result::Result::Ok(name), ::core::result::Result::Ok(value)) =
                        (name, value)
                    {
                        headers.insert(name, value);
                    }
                }
                headers
            }
        }
    }};
}

#[doc(hidden)]
pub use {
    __linked_span_async_nats_adapter as adapter, __linked_span_async_nats_message as __message,
    __linked_span_async_nats_read_headers as __read_headers,
    __linked_span_async_nats_write as __headers,
};

/// Returns a message's `HeaderMap` with the active context or another origin.
///
/// ```ignore
/// use linked_span::messaging::async_nats::headers;
///
/// client.publish_with_headers("orders.created", headers!(), payload).await?;
/// let forwarded = headers!(replacing message.headers);   // keeps all other headers
/// let from_an_outbox = headers!(of stored_origin);
/// ```
///
/// With `replacing`, all other headers keep their values and duplicates. The given headers do not change. Without an
/// active span, no context is written and a forwarded one remains.
///
/// If the client has another name, begin with `client = path::to::async_nats`.
#[doc(hidden)]
#[macro_export]
macro_rules! __linked_span_async_nats_headers {
    ($($arguments:tt)*) => {
        $crate::messaging::__headers!(async_nats [::async_nats] "message.headers" $($arguments)*)
    };
}

#[doc(inline)]
pub use __linked_span_async_nats_headers as headers;

/// Describes a message, to keep its properties and its context with a decoded payload.
///
/// ```ignore
/// use linked_span::messaging::Received;
/// use linked_span::messaging::async_nats::describe;
///
/// let payment = Received::new(describe!(&message), serde_json::from_slice(&message.payload)?);
/// ```
///
/// It takes a reference, and returns a [`Message`](crate::messaging::Message). See
/// [`Received`](crate::messaging::Received).
///
/// If the client has another name, begin with `client = path::to::async_nats`.
#[doc(hidden)]
#[macro_export]
macro_rules! __linked_span_async_nats_describe {
    ($($arguments:tt)*) => {
        $crate::messaging::__describe!(async_nats [::async_nats] $($arguments)*)
    };
}

#[doc(inline)]
pub use __linked_span_async_nats_describe as describe;

/// Describes a message, to keep its properties and its context with a decoded payload.
///
/// ```ignore
/// use linked_span::messaging::Received;
/// use linked_span::messaging::async_nats::jetstream::describe;
///
/// let payment = Received::new(describe!(&message), serde_json::from_slice(&message.payload)?);
/// ```
///
/// It takes a reference, and returns a [`Message`](crate::messaging::Message). See
/// [`Received`](crate::messaging::Received).
///
/// If the client has another name, begin with `client = path::to::async_nats`.
#[doc(hidden)]
#[macro_export]
macro_rules! __linked_span_async_nats_jetstream_describe {
    ($($arguments:tt)*) => {
        $crate::messaging::__describe!(async_nats::jetstream [::async_nats] $($arguments)*)
    };
}

/// The adapter for NATS' `JetStream`.
pub mod jetstream {
    #[doc(hidden)]
    pub use __linked_span_async_nats_jetstream_adapter as adapter;
    #[doc(inline)]
    pub use __linked_span_async_nats_jetstream_describe as describe;
}
