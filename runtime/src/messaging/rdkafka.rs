//! Kafka, through the crate `rdkafka`, from its version 0.29 on.
//!
#![doc = concat!("```ignore\n", include_str!("pages/rdkafka.rs"), "```\n")]
//!
//! Every type that implements `rdkafka::message::Message` is a message. A `BorrowedMessage` borrows from its consumer:
//! call `detach()` to keep it in a batch or to give it to a fan-in.
//!
//! Several producers may have appended a context to the headers of one record. The span links to the last one, with the
//! `tracestate` of the same hop, and baggage is merged. A header without a value counts as absent. `rdkafka` panics on
//! a header whose name is not UTF-8. The adapter skips such a header, but a program with `panic = "abort"` ends there.
//!
//! The span records the key as text, or as `0x…` if it is not readable. Topics with the message format before 0.11
//! reject headers, so their messages carry no context.

use super::Message;
use super::fields::read_at_places;
use crate::message::{Field, FieldValue};
use crate::propagation::{ReadHeaders, Repeated};

/// Fills in the properties of a record.
#[doc(hidden)]
pub fn read<'m>(
    message: &mut Message<'m>,
    topic: &'m str,
    (partition, offset): (i32, i64),
    key: Option<&'m [u8]>,
    payload: Option<&[u8]>,
) {
    message.set_destination(topic.into());
    message.set_number(Field::Partition, partition.into(), FieldValue::NumberAsText);
    message.set_number(Field::Offset, offset, FieldValue::Number);
    if let Some(key) = key {
        message.set(Field::MessageKey, FieldValue::Bytes(key));
    }
    match payload {
        Some(payload) => message.set_body_size(payload.len()),
        None if key.is_some() => message.set(Field::Tombstone, FieldValue::True),
        // Without a key there is nothing to delete.
        None => {}
    }
}

/// Reads a record's headers, which the client returns one at a time.
///
/// The last of several contexts counts, because a producer that forwards a record appends its own.
#[doc(hidden)]
#[inline]
pub fn headers_at_places<'h, R: ReadHeaders>(
    read: R,
    count: usize,
    header: impl Fn(usize) -> Option<(&'h str, Option<&'h [u8]>)>,
) -> R::Part {
    read_at_places(read, Repeated::Last, count, header)
}

/// Returns `true` if a record's header belongs to an earlier hop; `None` if it is unreadable.
#[doc(hidden)]
pub fn is_outdated<'h>(
    injected: &super::Injected,
    header: impl FnOnce() -> Option<&'h str>,
) -> Option<bool> {
    let name = crate::support::shield::shielded(header)?;
    Some(name.is_some_and(|name| injected.replaces(name)))
}

/// Expands to the adapter for messages of `rdkafka`, at the given path of the client.
#[doc(hidden)]
#[macro_export]
macro_rules! __linked_span_rdkafka_adapter {
    ($($client:tt)+) => {{
        // The client has one mention here, so that a missing client is one error.
        use $($client)+::message as client;

        struct Rdkafka;

        impl<M: client::Message> $crate::messaging::Adapter<M> for Rdkafka {
            const SYSTEM: &'static str = "kafka";

            fn read<'m>(&self, message: &'m M, into: &mut $crate::messaging::Message<'m>) {
                $crate::messaging::rdkafka::read(
                    into,
                    M::topic(message),
                    (M::partition(message), M::offset(message)),
                    M::key(message),
                    M::payload(message),
                );
                let origin = $crate::messaging::WholeOrigin;
                into.linked_span_origin($crate::messaging::Adapter::headers(self, message, origin));
            }

            fn headers<R: $crate::messaging::ReadHeaders>(&self, message: &M, read: R) -> R::Part {
                use client::Headers;
                match M::headers(message) {
                    ::core::option::Option::Some(headers) => {
                        let count = Headers::count(headers);
                        $crate::messaging::rdkafka::headers_at_places(read, count, |place| {
                            let header = Headers::try_get(headers, place)?;
                            ::core::option::Option::Some((header.key, header.value))
                        })
                    }
                    ::core::option::Option::None => ::core::default::Default::default(),
                }
            }
        }

        Rdkafka
    }};
}

#[doc(hidden)]
pub use __linked_span_rdkafka_adapter as adapter;

/// Returns a record's `OwnedHeaders` with the active context or another origin.
///
/// ```ignore
/// use linked_span::messaging::rdkafka::headers;
///
/// let record = FutureRecord::to("orders").payload(&payload).headers(headers!());
/// let forwarded = headers!(replacing message.headers());   // keeps all other headers in their order
/// let from_an_outbox = headers!(of stored_origin);
/// ```
///
/// With `replacing`, the existing headers keep their order, duplicates and nulls. Only the trace fields of an earlier
/// hop are removed, and those of this hop are appended once. The given headers do not change. If a header's name cannot
/// be read, all headers remain, and the last context is this hop's. Without an active span, no context is written and a
/// forwarded one remains.
///
/// If the client has another name, begin with `client = path::to::rdkafka`.
#[doc(hidden)]
#[macro_export]
macro_rules! __linked_span_rdkafka_headers {
    (client = $(::)? $($client:ident)::+ $(, $($rest:tt)*)?) => {
        $crate::messaging::rdkafka::headers!(@ [$($client)::+] $($($rest)*)?)
    };
    (@ [$($client:tt)+]) => {
        $crate::messaging::rdkafka::headers!(@new [$($client)+] $crate::messaging::Injected::current())
    };
    (@ [$($client:tt)+] of $origin:expr) => {
        $crate::messaging::rdkafka::headers!(@new [$($client)+] $crate::messaging::Injected::of($origin))
    };
    (@ [$($client:tt)+] replacing $existing:expr, of $origin:expr) => {
        $crate::messaging::rdkafka::headers!(
            @replacing [$($client)+] $crate::messaging::Injected::of($origin), $existing
        )
    };
    (@ [$($client:tt)+] replacing $existing:expr) => {
        $crate::messaging::rdkafka::headers!(
            @replacing [$($client)+] $crate::messaging::Injected::current(), $existing
        )
    };
    (@ [$($client:tt)+] $($other:tt)+) => {
        ::core::compile_error!(
            "write `headers!()`, `headers!(replacing message.headers())` or `headers!(of origin)`"
        )
    };
    (@new [$($client:tt)+] $injected:expr) => {{
        use $($client)+::message::{Header, OwnedHeaders};
        let injected = $injected;
        injected.fields().fold(OwnedHeaders::new(), |headers, (key, value)| {
            headers.insert(Header {
                key,
                value: ::core::option::Option::Some(value),
            })
        })
    }};
    (@replacing [$($client:tt)+] $injected:expr, $existing:expr) => {{
        use $($client)+::message::{BorrowedHeaders, Header, Headers, OwnedHeaders};

        trait Existing {
            fn borrowed(&self) -> ::core::option::Option<&BorrowedHeaders>;
        }
        impl Existing for BorrowedHeaders {
            fn borrowed(&self) -> ::core::option::Option<&BorrowedHeaders> {
                ::core::option::Option::Some(self)
            }
        }
        impl Existing for OwnedHeaders {
            fn borrowed(&self) -> ::core::option::Option<&BorrowedHeaders> {
                ::core::option::Option::Some(self.as_borrowed())
            }
        }
        impl<E: Existing> Existing for &E {
            fn borrowed(&self) -> ::core::option::Option<&BorrowedHeaders> {
                E::borrowed(self)
            }
        }
        impl<E: Existing> Existing for ::core::option::Option<E> {
            fn borrowed(&self) -> ::core::option::Option<&BorrowedHeaders> {
                self.as_ref().and_then(E::borrowed)
            }
        }

        /// Returns `None` if a header cannot be read.
        fn kept(
            existing: &BorrowedHeaders,
            injected: &$crate::messaging::Injected,
        ) -> ::core::option::Option<OwnedHeaders> {
            let mut headers = OwnedHeaders::new();
            for place in 0..Headers::count(existing) {
                let is_outdated = $crate::messaging::rdkafka::is_outdated(injected, || {
                    Headers::try_get(existing, place).map(|header| header.key)
                })?;
                if !is_outdated {
                    headers = headers.insert(Headers::get(existing, place));
                }
            }
            ::core::option::Option::Some(headers)
        }

        let injected = $injected;
        let headers = match Existing::borrowed(&$existing) {
            ::core::option::Option::Some(existing) => {
                kept(existing, &injected).unwrap_or_else(|| existing.detach())
            }
            ::core::option::Option::None => OwnedHeaders::new(),
        };
        injected.fields().fold(headers, |headers, (key, value)| {
            headers.insert(Header {
                key,
                value: ::core::option::Option::Some(value),
            })
        })
    }};
    ($($rest:tt)*) => {
        $crate::messaging::rdkafka::headers!(@ [::rdkafka] $($rest)*)
    };
}

#[doc(inline)]
pub use __linked_span_rdkafka_headers as headers;

/// Describes a message, to keep its properties and its context with a decoded payload.
///
/// ```ignore
/// use linked_span::messaging::Received;
/// use linked_span::messaging::rdkafka::describe;
///
/// let payment = Received::new(describe!(&message).group("billing"), serde_json::from_slice(payload)?);
/// ```
///
/// It takes a reference, and returns a [`Message`](crate::messaging::Message). See
/// [`Received`](crate::messaging::Received).
///
/// If the client has another name, begin with `client = path::to::rdkafka`.
#[doc(hidden)]
#[macro_export]
macro_rules! __linked_span_rdkafka_describe {
    ($($arguments:tt)*) => {
        $crate::messaging::__describe!(rdkafka [::rdkafka] $($arguments)*)
    };
}

#[doc(inline)]
pub use __linked_span_rdkafka_describe as describe;
