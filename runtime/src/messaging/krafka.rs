//! Kafka, through the crate `krafka`, from its version 0.27 on.
//!
#![doc = concat!("```ignore\n", include_str!("pages/krafka.rs"), "```\n")]
//!
//! `ConsumerRecord` is a message. The span links to the last of several contexts in its headers, with the `tracestate`
//! of the same hop, and baggage is merged. A header without a value counts as absent. `krafka` replaces a name that is
//! not UTF-8, which costs no other header. Nothing has to be switched on.
//!
//! The span records the key as text, or as `0x…` if it is not readable. In a share group it also records
//! `messaging.kafka.message.delivery_count`.
//!
//! `krafka` has spans of its own for `send` and `poll`, through `tracing`. They have no links, and do not write headers.

use super::Message;
use crate::message::{Field, FieldValue};

/// Adds the number of deliveries, which share groups count.
#[doc(hidden)]
pub fn delivered(message: &mut Message<'_>, count: Option<i16>) {
    if let Some(count) = count {
        message.set_number(Field::DeliveryCount, count.into(), FieldValue::Number);
    }
}

/// Expands to the adapter for records of `krafka`, at the given path of the client.
#[doc(hidden)]
#[macro_export]
macro_rules! __linked_span_krafka_adapter {
    ($($client:tt)+) => {{
        use $($client)+::consumer;

        struct Krafka;

        impl $crate::messaging::Adapter<consumer::ConsumerRecord> for Krafka {
            const SYSTEM: &'static str = "kafka";

            fn read<'m>(
                &self,
                message: &'m consumer::ConsumerRecord,
                into: &mut $crate::messaging::Message<'m>,
            ) {
                $crate::messaging::rdkafka::read(
                    into,
                    &message.topic,
                    (message.partition, message.offset),
                    message.key.as_deref(),
                    message.value.as_deref(),
                );
                $crate::messaging::krafka::delivered(into, message.delivery_count);
                let origin = $crate::messaging::WholeOrigin;
                into.linked_span_origin($crate::messaging::Adapter::headers(self, message, origin));
            }

            fn headers<R: $crate::messaging::ReadHeaders>(
                &self,
                message: &consumer::ConsumerRecord,
                read: R,
            ) -> R::Part {
                let headers = &message.headers;
                $crate::messaging::rdkafka::headers_at_places(read, headers.len(), |place| {
                    let (name, value) = headers.get(place)?;
                    ::core::option::Option::Some((name.as_str(), value.as_deref()))
                })
            }
        }

        Krafka
    }};
}

#[doc(hidden)]
#[macro_export]
macro_rules! __linked_span_krafka_write {
    ([$($client:tt)+] $injected:expr, $existing:expr) => {{
        use $($client)+::Headers;

        let injected = $injected;
        // Temporaries of the expression live until the headers are copied.
        match $existing {
            existing => {
                let existing: ::core::option::Option<&Headers> = existing;
                let existing = existing.into_iter().flatten();
                let kept = existing.filter(|(name, _)| !injected.replaces(name.as_str()));
                let mut headers: Headers = kept.cloned().collect();
                for (name, value) in injected.fields() {
                    let value = ::std::string::String::from(value);
                    headers.push((name.into(), ::core::option::Option::Some(value.into())));
                }
                headers
            }
        }
    }};
}

#[doc(hidden)]
pub use {__linked_span_krafka_adapter as adapter, __linked_span_krafka_write as __headers};

/// Returns a record's `Headers` with the active context or another origin.
///
/// ```ignore
/// use linked_span::messaging::krafka::headers;
///
/// let mut record = Record::new("orders", payload);
/// record.headers = headers!();
/// let forwarded = headers!(replacing message.headers);   // keeps all other headers in their order
/// let from_an_outbox = headers!(of stored_origin);
/// ```
///
/// With `replacing`, the existing headers keep their order, duplicates and nulls. Only the trace fields of an earlier
/// hop are removed, and those of this hop are appended once. The given headers do not change. Without an active span, no
/// context is written and a forwarded one remains.
///
/// If the client has another name, begin with `client = path::to::krafka`.
#[doc(hidden)]
#[macro_export]
macro_rules! __linked_span_krafka_headers {
    ($($arguments:tt)*) => {
        $crate::messaging::__headers!(krafka [::krafka] "record.headers" $($arguments)*)
    };
}

#[doc(inline)]
pub use __linked_span_krafka_headers as headers;

/// Describes a record, to keep its properties and its context with a decoded payload.
///
/// ```ignore
/// use linked_span::messaging::Received;
/// use linked_span::messaging::krafka::describe;
///
/// let payment = Received::new(describe!(&record).group("billing"), serde_json::from_slice(value)?);
/// ```
///
/// It takes a reference, and returns a [`Message`](crate::messaging::Message). See
/// [`Received`](crate::messaging::Received).
///
/// If the client has another name, begin with `client = path::to::krafka`.
#[doc(hidden)]
#[macro_export]
macro_rules! __linked_span_krafka_describe {
    ($($arguments:tt)*) => {
        $crate::messaging::__describe!(krafka [::krafka] $($arguments)*)
    };
}

#[doc(inline)]
pub use __linked_span_krafka_describe as describe;
