//! Redis Streams, through the crate `redis`, from its version 1 on.
//!
#![doc = concat!("```ignore\n", include_str!("pages/redis.rs"), "```\n")]
//!
//! Enable the client's features `streams` and, in async code, `tokio-comp`.
//!
//! A `StreamId`, which is one entry of a stream, is a message. It contains neither the name of its stream nor the consumer
//! group, so give `destination = …` and `group = …`. Without a destination, the span is called `process`. The id is the entry's. With a version before 1, describe an entry by
//! [`view`](super#clients-without-an-adapter).
//!
//! # Where the context is
//!
//! An entry has no headers. The context is in fields of the entry, beside those of the payload: `traceparent`,
//! `tracestate` and `baggage`. A consumer that reads all fields, such as one that decodes the map of an entry into a
//! struct, must ignore these.
//!
//! # Entries that are claimed again
//!
//! An entry is never changed, so each attempt is a separate span with a link to the same producer. The span records
//! `messaging.redis.message.delivery_count` where Redis returns it: in the answer to `XREADGROUP … CLAIM`, from Redis 8.4
//! on. `XAUTOCLAIM` and `XCLAIM` do not return it. Ask `XPENDING`, and describe the entry with it, as `on_claimed` above
//! does.

use std::collections::HashMap;

use super::{Injected, Message};
use crate::message::{Field, FieldValue};

/// Fills in the properties of an entry. Redis counts the deliveries before this one.
#[doc(hidden)]
pub fn read<'m>(message: &mut Message<'m>, id: &'m str, delivered_before: Option<usize>) {
    message.set_text(Field::Id, id.into());
    let before = delivered_before.and_then(|count| i64::try_from(count).ok());
    if let Some(before) = before {
        message.set_number(
            Field::DeliveryCount,
            before.saturating_add(1),
            FieldValue::Number,
        );
    }
}

/// Returns the fields of an entry with the injected ones in place of an earlier hop's.
#[doc(hidden)]
#[must_use]
#[expect(
    clippy::implicit_hasher,
    reason = "the client's map has the default one"
)]
pub fn fields<V>(
    injected: &Injected,
    existing: Option<&HashMap<String, V>>,
    bytes: impl Fn(&V) -> Option<&[u8]>,
) -> Vec<(String, Vec<u8>)> {
    let existing = existing.into_iter().flatten();
    let kept = existing.filter(|(name, _)| !injected.replaces(name));
    let kept = kept.filter_map(|(name, value)| Some((name.clone(), bytes(value)?.to_vec())));
    let written = injected.fields();
    let written = written.map(|(name, value)| (name.to_owned(), value.as_bytes().to_vec()));
    kept.chain(written).collect()
}

/// Expands to the adapter for entries of `redis`, at the given path of the client.
#[doc(hidden)]
#[macro_export]
macro_rules! __linked_span_redis_adapter {
    ($($client:tt)+) => {{
        // The path has no more segments here, so that a missing client is one error.
        use $($client)+::{Value, streams};

        struct Redis;

        impl $crate::messaging::Adapter<streams::StreamId> for Redis {
            const SYSTEM: &'static str = "redis";

            fn read<'m>(
                &self,
                message: &'m streams::StreamId,
                into: &mut $crate::messaging::Message<'m>,
            ) {
                $crate::messaging::redis::read(into, message.id.as_str(), message.delivered_count);
                let origin = $crate::messaging::WholeOrigin;
                into.linked_span_origin($crate::messaging::Adapter::headers(self, message, origin));
            }

            fn headers<R: $crate::messaging::ReadHeaders>(
                &self,
                message: &streams::StreamId,
                read: R,
            ) -> R::Part {
                let fields = message.map.iter().filter_map(|(name, value)| {
                    let value = $crate::messaging::redis::__bytes!(Value, value)?;
                    ::core::option::Option::Some((name.as_str(), value))
                });
                $crate::messaging::ReadHeaders::fields(read, fields)
            }
        }

        Redis
    }};
}

/// Expands to the bytes of a field's value, which a stream returns as a string of bytes.
#[doc(hidden)]
#[macro_export]
macro_rules! __linked_span_redis_bytes {
    ($Value:ident, $value:expr) => {
        match $value {
            $Value::BulkString(bytes) => ::core::option::Option::Some(bytes.as_slice()),
            $Value::SimpleString(text) => ::core::option::Option::Some(text.as_bytes()),
            _ => ::core::option::Option::None,
        }
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __linked_span_redis_injected {
    ([$($client:tt)+] $injected:expr, $existing:expr) => {{
        use $($client)+::Value;

        let injected = $injected;
        // Temporaries of the expression live until the fields are copied.
        match $existing {
            existing => $crate::messaging::redis::fields(&injected, existing, |value: &Value| {
                $crate::messaging::redis::__bytes!(Value, value)
            }),
        }
    }};
}

#[doc(hidden)]
pub use {
    __linked_span_redis_adapter as adapter, __linked_span_redis_bytes as __bytes,
    __linked_span_redis_injected as __headers,
};

/// Returns fields of an entry, with the active context or another origin.
///
/// ```ignore
/// use linked_span::messaging::redis::headers;
///
/// let mut fields = headers!();
/// fields.push(("order".into(), order.into()));
/// connection.xadd("orders", "*", &fields).await?;
///
/// let forwarded = headers!(replacing entry.map);   // keeps all other fields
/// let from_an_outbox = headers!(of stored_origin);
/// ```
///
/// It returns names and values, a `Vec<(String, Vec<u8>)>`, to which you add the payload. With `replacing`, all other
/// fields keep their values. The client does not keep their order. The given map does not change. Without an active span,
/// no context is written and a forwarded one remains.
///
/// If the client has another name, begin with `client = path::to::redis`.
#[doc(hidden)]
#[macro_export]
macro_rules! __linked_span_redis_headers {
    ($($given:tt)*) => {
        $crate::messaging::__headers!(redis [::redis] "entry.map" $($given)*)
    };
}

#[doc(inline)]
pub use __linked_span_redis_headers as headers;

/// Describes an entry, to keep its properties and its context with a decoded payload.
///
/// ```ignore
/// use linked_span::messaging::Received;
/// use linked_span::messaging::redis::describe;
///
/// let payment = Received::new(describe!(&entry).destination("payments"), entry.get::<String>("order"));
/// ```
///
/// It takes a reference, and returns a [`Message`](crate::messaging::Message). See
/// [`Received`](crate::messaging::Received).
///
/// If the client has another name, begin with `client = path::to::redis`.
#[doc(hidden)]
#[macro_export]
macro_rules! __linked_span_redis_describe {
    ($($arguments:tt)*) => {
        $crate::messaging::__describe!(redis [::redis] $($arguments)*)
    };
}

#[doc(inline)]
pub use __linked_span_redis_describe as describe;
